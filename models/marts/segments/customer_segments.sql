with

customers as (

    select * from {{ ref('int_customers_unified') }}

),

orders as (

    select * from {{ ref('int_orders_aggregated_to_customer') }}

),

rfm_segments as (

    select * from {{ ref('rfm_segments') }}

),

age_bands as (

    select * from {{ ref('age_bands') }}

),

churn_scores as (

    select * from {{ ref('churn_scores') }}

),

lifetime_values as (

    select * from {{ ref('customer_lifetime_value') }}

),

as_of_date as (

    select * from {{ ref('int_as_of_date') }}

),

{# A birthday on the as-of date counts. #}
standings as (

    select
        customers.customer_id,
        customers.country_code,
        orders.order_count,
        orders.net_revenue_amount,
        orders.first_order_date,
        orders.previous_order_date,
        orders.last_order_date,
        as_of_date.as_of_date as standing_date,
        year(as_of_date.as_of_date) - year(customers.birth_date)
        - case
            when
                month(as_of_date.as_of_date) * 100 + day(as_of_date.as_of_date)
                < month(customers.birth_date) * 100 + day(customers.birth_date)
                then 1
            else 0
        end as age
    from customers
    cross join as_of_date
    left join orders on customers.customer_id = orders.customer_id

),

{{ segmented_standings('standings', population='standing_date') }},

customer_segments as (

    select
        ---------- ids
        segmented_standings.customer_id,

        ---------- strings
        segmented_standings.country_code,
        coalesce(age_bands.age_band, 'unknown') as age_band,
        segmented_standings.rfm_segment,
        segmented_standings.lifecycle_stage,
        segmented_standings.value_tier,
        lifetime_values.predicted_value_tier,
        churn_scores.churn_band,

        ---------- numerics
        segmented_standings.recency_score,
        segmented_standings.frequency_score,
        segmented_standings.monetary_score

    from segmented_standings
    left join lifetime_values
        on segmented_standings.customer_id = lifetime_values.customer_id
    left join churn_scores
        on segmented_standings.customer_id = churn_scores.customer_id
    left join age_bands
        on
            segmented_standings.age >= age_bands.min_age
            and segmented_standings.age <= age_bands.max_age

)

select * from customer_segments
