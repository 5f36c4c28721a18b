with

customers as (

    select * from {{ ref('int_customers_unified') }}

),

orders as (

    select * from {{ ref('int_orders_validated') }}

),

events as (

    select * from {{ ref('int_events_identified') }}

),

tickets as (

    select * from {{ ref('int_tickets_identified') }}

),

as_of_date as (

    select * from {{ ref('int_as_of_date') }}

),

{#
    Of some customers no source says since when. A cancelled order counts for nothing else,
    but the customer was there.
#}
sightings as (

    select
        customers.customer_id,
        case
            when cast(customers.registered_at as date) <= as_of_date.as_of_date
                then customers.registered_at
        end as seen_at
    from customers
    cross join as_of_date

    union all

    select
        customer_id,
        ordered_at as seen_at
    from orders

    union all

    select
        customer_id,
        occurred_at as seen_at
    from events
    where is_activity

    union all

    select
        customer_id,
        opened_at as seen_at
    from tickets

),

int_customers_sighted as (

    select
        customer_id,
        min(seen_at) as first_seen_at,
        max(seen_at) as last_seen_at
    from sightings
    where customer_id is not null
    group by customer_id

)

select * from int_customers_sighted
