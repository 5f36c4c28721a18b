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

{# Only buyers are compared with each other. #}
scored_buyers as (

    select
        *,
        {{ rfm_score('last_order_date') }} as recency_score,
        {{ rfm_score('order_count') }} as frequency_score,
        {{ rfm_score('net_revenue_amount') }} as monetary_score,
        cume_dist() over (
            order by net_revenue_amount desc nulls last
        ) as value_rank_share
    from orders

),

{# A birthday on the as-of date counts. #}
described_customers as (

    select
        customers.customer_id,
        customers.country_code,
        scored_buyers.recency_score,
        scored_buyers.frequency_score,
        scored_buyers.monetary_score,
        scored_buyers.value_rank_share,
        scored_buyers.customer_id is not null as has_ordered,
        {{ days_since('scored_buyers.first_order_date', 'as_of_date.as_of_date') }}
            as days_since_first_order,
        {{ days_since('scored_buyers.last_order_date', 'as_of_date.as_of_date') }}
            as days_since_last_order,
        datediff(
            scored_buyers.last_order_date, scored_buyers.previous_order_date
        ) as days_between_last_orders,
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
    left join scored_buyers on customers.customer_id = scored_buyers.customer_id

),

customer_segments as (

    select
        ---------- ids
        described_customers.customer_id,

        ---------- strings
        described_customers.country_code,
        coalesce(age_bands.age_band, 'unknown') as age_band,
        case
            when described_customers.has_ordered then rfm_segments.rfm_segment
            else 'no_orders'
        end as rfm_segment,
        {{ lifecycle_stage('described_customers') }} as lifecycle_stage,
        {{ value_tier(
            'described_customers.has_ordered', 'described_customers.value_rank_share'
        ) }} as value_tier,
        lifetime_values.predicted_value_tier,
        churn_scores.churn_band,

        ---------- numerics
        described_customers.recency_score,
        described_customers.frequency_score,
        described_customers.monetary_score

    from described_customers
    left join lifetime_values
        on described_customers.customer_id = lifetime_values.customer_id
    left join churn_scores
        on described_customers.customer_id = churn_scores.customer_id
    left join rfm_segments
        on
            described_customers.recency_score = rfm_segments.recency_score
            and described_customers.frequency_score = rfm_segments.frequency_score
    left join age_bands
        on
            described_customers.age >= age_bands.min_age
            and described_customers.age <= age_bands.max_age

)

select * from customer_segments
