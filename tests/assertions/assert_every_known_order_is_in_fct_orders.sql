-- Fails when a staged order up to the as-of date is not in `fct_orders` exactly once.

with

staged_orders as (

    select * from {{ ref('stg_shop__orders') }}

),

as_of_date as (

    select * from {{ ref('int_as_of_date') }}

),

fct_orders as (

    select * from {{ ref('fct_orders') }}

),

known_orders as (

    select staged_orders.order_id
    from staged_orders
    inner join as_of_date
        on cast(staged_orders.ordered_at as date) <= as_of_date.as_of_date

),

counted_orders as (

    select
        order_id,
        count(*) as occurrence_count
    from fct_orders
    group by order_id

)

select
    known_orders.order_id as known_order_id,
    counted_orders.order_id as counted_order_id,
    counted_orders.occurrence_count
from known_orders
full outer join counted_orders on known_orders.order_id = counted_orders.order_id
where
    known_orders.order_id is null
    or counted_orders.order_id is null
    or counted_orders.occurrence_count > 1
