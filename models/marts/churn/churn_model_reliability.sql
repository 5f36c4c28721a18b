with

ranked_forecasts as (

    select * from {{ ref('int_churn_forecasts_ranked') }}

),

deciles as (

    select
        cut_off_date,
        forecast_name,
        decile,
        sum(customer_count) as customer_count,
        sum(churner_count) as churner_count,
        {{ exact_sum('customer_count * forecast_probability') }}
            as predicted_churner_count
    from ranked_forecasts
    group by cut_off_date, forecast_name, decile

),

churn_model_reliability as (

    select
        ---------- strings
        forecast_name,

        ---------- numerics
        decile,
        cast(customer_count as bigint) as customer_count,
        cast(churner_count as bigint) as churner_count,
        {{ safe_ratio('predicted_churner_count', 'customer_count') }}
            as mean_churn_probability,
        {{ safe_ratio('churner_count', 'customer_count') }}
            as decile_churn_rate,

        ---------- dates
        cut_off_date

    from deciles

)

select * from churn_model_reliability
