{#-
    Area under the curve: the share of pairs of a churned and a retained customer in which
    the churned one has the higher score; a tie is half a pair (Mann and Whitney, 1947).
-#}

with

ranked_forecasts as (

    select * from {{ ref('int_churn_forecasts_ranked') }}

),

reliability as (

    select * from {{ ref('churn_model_reliability') }}

),

purchase_totals as (

    select * from {{ ref('int_purchase_outcomes_aggregated_to_cut_off') }}

),

chosen_models as (

    select * from {{ ref('int_churn_models_chosen') }}

),

measured as (

    select
        cut_off_date,
        forecast_name,
        sum(customer_count) as customer_count,
        sum(churner_count) as churner_count,
        sum(customer_count - churner_count) as non_churner_count,
        sum(
            churner_count * (
                2 * lower_non_churner_count + customer_count - churner_count
            )
        ) as doubled_pair_count,
        {{ exact_sum('customer_count * forecast_probability') }}
            as predicted_churner_count,
        {{ exact_sum(
            'churner_count * ' ~ squared_error('forecast_probability', 'true')
            ~ ' + (customer_count - churner_count) * '
            ~ squared_error('forecast_probability', 'false')
        ) }} as squared_error,
        {{ exact_sum(
            'churner_count * ' ~ log_loss('forecast_probability', 'true')
            ~ ' + (customer_count - churner_count) * '
            ~ log_loss('forecast_probability', 'false')
        ) }} as log_loss
    from ranked_forecasts
    group by cut_off_date, forecast_name

),

deciles as (

    select
        cut_off_date,
        forecast_name,
        max_by(decile_churn_rate, decile) as top_churn_rate,
        {{ safe_ratio(
            exact_sum(
                'customer_count * abs(mean_churn_probability - decile_churn_rate)'
            ),
            'sum(customer_count)'
        ) }} as calibration_error
    from reliability
    group by cut_off_date, forecast_name

),

churn_model_evaluation as (

    select
        ---------- strings
        measured.forecast_name,
        case measured.forecast_name
            when 'purchase_model' then chosen_models.model_name
        end as model_name,

        ---------- numerics
        cast({{ var('churn_horizon_days') }} as int) as horizon_days,
        cast(measured.customer_count as bigint) as customer_count,
        cast(measured.churner_count as bigint) as churner_count,
        measured.predicted_churner_count,
        {{ safe_ratio(
            'measured.doubled_pair_count',
            '2 * cast(measured.churner_count as double)'
            ~ ' * measured.non_churner_count'
        ) }} as area_under_curve,
        {{ safe_ratio('measured.squared_error', 'measured.customer_count') }}
            as brier_score,
        {{ safe_ratio('measured.log_loss', 'measured.customer_count') }} as log_loss,
        deciles.calibration_error,
        {{ safe_ratio(
            'deciles.top_churn_rate * measured.customer_count',
            'measured.churner_count'
        ) }} as top_decile_lift,
        case measured.forecast_name
            when 'purchase_model' then purchase_totals.predicted_purchase_count
        end as predicted_purchase_count,
        purchase_totals.actual_purchase_count,
        case measured.forecast_name
            when 'purchase_model' then purchase_totals.predicted_net_amount
        end as predicted_net_amount,
        purchase_totals.actual_net_amount,
        purchase_totals.valued_customer_count,

        ---------- booleans
        measured.forecast_name = case
            when chosen_models.is_recalibrated then 'recalibrated'
            else 'purchase_model'
        end as is_published,

        ---------- dates
        measured.cut_off_date

    from measured
    inner join deciles
        on
            measured.cut_off_date = deciles.cut_off_date
            and measured.forecast_name = deciles.forecast_name
    inner join chosen_models on measured.cut_off_date = chosen_models.cut_off_date
    inner join purchase_totals
        on measured.cut_off_date = purchase_totals.cut_off_date

)

select * from churn_model_evaluation
