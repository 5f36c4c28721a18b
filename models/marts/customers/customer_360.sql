{#-
    Everything about a customer on one row. Each input has at most one row per customer,
    so no join can multiply; the two one-row tables are cross joined.
-#}

with

customers as (

    select * from {{ ref('int_customers_unified') }}

),

sightings as (

    select * from {{ ref('int_customers_sighted') }}

),

order_totals as (

    select * from {{ ref('int_orders_aggregated_to_customer') }}

),

segments as (

    select * from {{ ref('customer_segments') }}

),

churn_scores as (

    select * from {{ ref('churn_scores') }}

),

lifetime_values as (

    select * from {{ ref('customer_lifetime_value') }}

),

activity as (

    select * from {{ ref('int_activity_aggregated_to_customer') }}

),

open_tickets as (

    select
        customer_id,
        count(*) as open_ticket_count
    from {{ ref('int_tickets_identified') }}
    where closed_at is null
    group by customer_id

),

email_consents as (

    select * from {{ ref('int_consents_aggregated_to_customer') }}
    where channel = 'email' and purpose = 'marketing'

),

hash_keys as (

    select * from {{ ref('stg_ingestion__hash_keys') }}

),

as_of_date as (

    select * from {{ ref('int_as_of_date') }}

),

customer_360 as (

    select
        ---------- ids
        customers.customer_id,

        ---------- strings
        customers.country_code,
        customers.city,
        segments.age_band,
        customers.gender,
        customers.acquisition_channel,
        segments.lifecycle_stage,
        segments.rfm_segment,
        segments.value_tier,
        segments.predicted_value_tier,
        segments.churn_band,
        {{ engagement_level('activity.active_day_count') }} as engagement_level,
        {{ keyed_hash('customers.email', 'hash_keys.hash_key') }} as email_hash,

        ---------- numerics
        customers.source_record_count,
        coalesce(order_totals.order_count, 0) as order_count,
        {#- Nothing bought is zero; something bought at an unknown rate is null. #}
        {{ amount_or_zero(
            'order_totals.gross_revenue_amount', 'order_totals.customer_id'
        ) }} as gross_revenue_amount,
        {{ amount_or_zero(
            'order_totals.net_revenue_amount', 'order_totals.customer_id'
        ) }} as net_revenue_amount,
        order_totals.average_order_amount,
        {{ days_since('order_totals.last_order_date', 'as_of_date.as_of_date') }}
            as days_since_last_order,
        churn_scores.churn_probability,
        lifetime_values.predicted_value_12m_amount,
        coalesce(open_tickets.open_ticket_count, 0) as open_ticket_count,

        ---------- booleans
        customers.is_deleted,
        coalesce(email_consents.is_granted, false) as is_email_marketing_allowed,

        ---------- dates
        customers.registration_date,
        order_totals.first_order_date,
        order_totals.last_order_date,
        as_of_date.as_of_date,

        ---------- timestamps
        sightings.first_seen_at,
        sightings.last_seen_at

    from customers
    cross join hash_keys
    cross join as_of_date
    left join sightings on customers.customer_id = sightings.customer_id
    left join order_totals on customers.customer_id = order_totals.customer_id
    left join segments on customers.customer_id = segments.customer_id
    left join churn_scores on customers.customer_id = churn_scores.customer_id
    left join lifetime_values
        on customers.customer_id = lifetime_values.customer_id
    left join activity on customers.customer_id = activity.customer_id
    left join open_tickets on customers.customer_id = open_tickets.customer_id
    left join email_consents on customers.customer_id = email_consents.customer_id

)

select * from customer_360
