{#-
    Customers with one score are one row: ranks, deciles and the area under the curve need
    no more, and a tie is never cut in two.
-#}

with

forecasts as (

    select * from {{ ref('int_churn_forecasts_recalibrated') }}
    where
        outcome_date is not null
        and cut_off_kind in ('tested', 'requested')

),

orders as (

    select * from {{ ref('int_orders_aggregated_to_cut_off') }}

),

scores as (

    select
        cut_off_date,
        'purchase_model' as forecast_name,
        model_churn_probability as score,
        model_churn_probability as forecast_probability,
        is_churned
    from forecasts

    union all

    select
        cut_off_date,
        'recalibrated' as forecast_name,
        recalibrated_churn_probability as score,
        recalibrated_churn_probability as forecast_probability,
        is_churned
    from forecasts

    union all

    select
        forecasts.cut_off_date,
        'days_since_last_order' as forecast_name,
        cast(
            datediff(orders.cut_off_date, orders.last_order_date) as double
        ) as score,
        cast(null as double) as forecast_probability,
        forecasts.is_churned
    from forecasts
    inner join orders
        on
            forecasts.customer_id = orders.customer_id
            and forecasts.cut_off_date = orders.cut_off_date

    union all

    select
        cut_off_date,
        'base_rate' as forecast_name,
        cast(0 as double) as score,
        {{ safe_ratio(
            'count_if(is_churned) over (partition by cut_off_date)',
            'count(*) over (partition by cut_off_date)'
        ) }} as forecast_probability,
        is_churned
    from forecasts

),

equal_scores as (

    select
        cut_off_date,
        forecast_name,
        score,
        max(forecast_probability) as forecast_probability,
        count(*) as customer_count,
        count(*) filter (where is_churned) as churner_count
    from scores
    where score is not null
    group by cut_off_date, forecast_name, score

),

counted as (

    select
        *,
        sum(customer_count) over (
            partition by cut_off_date, forecast_name
        ) as all_customer_count,
        sum(customer_count) over (
            partition by cut_off_date, forecast_name
            order by score
        ) - customer_count as lower_customer_count,
        sum(customer_count - churner_count) over (
            partition by cut_off_date, forecast_name
            order by score
        ) - (customer_count - churner_count) as lower_non_churner_count
    from equal_scores

),

int_churn_forecasts_ranked as (

    select
        forecast_name,
        score,
        forecast_probability,
        customer_count,
        churner_count,
        cast(lower_customer_count as bigint) as lower_customer_count,
        cast(lower_non_churner_count as bigint) as lower_non_churner_count,
        cast(
            floor(
                cast(10 * lower_customer_count + 5 * customer_count as double)
                / all_customer_count
            ) + 1 as int
        ) as decile,
        cut_off_date
    from counted

)

select * from int_churn_forecasts_ranked
