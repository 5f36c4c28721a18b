{#-
    Whether the recalibration is used at a cut-off is tried on what it said at the cut-offs
    before, whose outcome was known by then. It has to be better in both measures; without
    a trial, or at a draw, the plain model stays.
-#}

with

forecasts as (

    select * from {{ ref('int_churn_forecasts_recalibrated') }}

),

losses as (

    select
        cut_off_date,
        outcome_date,
        count(*) as customer_count,
        {{ exact_sum(log_loss('model_churn_probability', 'is_churned')) }}
            as model_log_loss,
        {{ exact_sum(log_loss('recalibrated_churn_probability', 'is_churned')) }}
            as recalibrated_log_loss,
        {{ exact_sum(squared_error('model_churn_probability', 'is_churned')) }}
            as model_squared_error,
        {{ exact_sum(squared_error('recalibrated_churn_probability', 'is_churned')) }}
            as recalibrated_squared_error
    from forecasts
    where
        outcome_date is not null
        and recalibrated_churn_probability is not null
        and cut_off_kind <> 'requested'
    group by cut_off_date, outcome_date

),

cut_offs as (

    select
        cut_off_date,
        max(model_name) as model_name,
        count(recalibrated_churn_probability) > 0 as has_recalibration
    from forecasts
    group by cut_off_date

),

trials as (

    select
        cut_offs.cut_off_date,
        cut_offs.model_name,
        cut_offs.has_recalibration,
        {{ safe_ratio(
            exact_sum('losses.model_log_loss'), 'sum(losses.customer_count)'
        ) }} as model_log_loss,
        {{ safe_ratio(
            exact_sum('losses.recalibrated_log_loss'), 'sum(losses.customer_count)'
        ) }} as recalibrated_log_loss,
        {{ safe_ratio(
            exact_sum('losses.model_squared_error'), 'sum(losses.customer_count)'
        ) }} as model_brier_score,
        {{ safe_ratio(
            exact_sum('losses.recalibrated_squared_error'), 'sum(losses.customer_count)'
        ) }} as recalibrated_brier_score,
        coalesce(sum(losses.customer_count), 0) as trial_customer_count
    from cut_offs
    left join losses on cut_offs.cut_off_date >= losses.outcome_date
    group by cut_offs.cut_off_date, cut_offs.model_name, cut_offs.has_recalibration

),

int_churn_models_chosen as (

    select
        ---------- strings
        model_name,

        ---------- numerics
        cast(trial_customer_count as bigint) as trial_customer_count,
        model_log_loss,
        recalibrated_log_loss,
        model_brier_score,
        recalibrated_brier_score,

        ---------- booleans
        coalesce(
            has_recalibration
            and recalibrated_log_loss < model_log_loss
            and recalibrated_brier_score < model_brier_score,
            false
        ) as is_recalibrated,

        ---------- dates
        cut_off_date

    from trials

)

select * from int_churn_models_chosen
