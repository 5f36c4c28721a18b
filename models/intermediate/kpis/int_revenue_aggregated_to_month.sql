{#-
    Refunds reduce the month in which they were paid, not the month of the order. Orders
    refunded in full are not valid: neither their amount nor their refunds are here.
-#}

with

orders as (

    select * from {{ ref('int_orders_validated') }}
    where is_valid and customer_id is not null

),

refunds as (

    select * from {{ ref('int_refunds_converted') }}

),

customers as (

    select * from {{ ref('int_customers_unified') }}

),

movements as (

    select
        order_id,
        1 as order_count,
        gross_amount,
        cast(0 as decimal(18, 4)) as refunded_amount,
        order_date as booked_date
    from orders

    union all

    select
        order_id,
        0 as order_count,
        cast(0 as decimal(18, 4)) as gross_amount,
        refunded_amount,
        refund_date as booked_date
    from refunds

),

attributed_movements as (

    select
        orders.country_code,
        customers.acquisition_channel,
        movements.order_count,
        movements.gross_amount,
        movements.refunded_amount,
        {{ month_start('movements.booked_date') }} as month_start_date
    from movements
    inner join orders on movements.order_id = orders.order_id
    inner join customers on orders.customer_id = customers.customer_id

),

int_revenue_aggregated_to_month as (

    select
        month_start_date,
        coalesce(country_code, 'all') as country_code,
        coalesce(acquisition_channel, 'all') as acquisition_channel,
        cast(sum(order_count) as bigint) as order_count,
        {{ sum_amount('gross_amount') }} as gross_revenue_amount,
        {{ sum_amount('refunded_amount') }} as refunded_amount
    from attributed_movements
    group by {{ kpi_levels(['month_start_date']) }}

)

select * from int_revenue_aggregated_to_month
