{#-
    Refunds reduce the period in which they were paid, not that of the order. Orders
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
        order_id as movement_id,
        'order' as movement_type,
        order_id,
        1 as order_count,
        gross_amount_original,
        cast(0 as decimal(18, 4)) as refunded_amount_original,
        gross_amount,
        cast(0 as decimal(18, 4)) as refunded_amount,
        margin_amount,
        order_date as booked_date
    from orders

    union all

    select
        refund_id as movement_id,
        'refund' as movement_type,
        order_id,
        0 as order_count,
        cast(0 as decimal(18, 4)) as gross_amount_original,
        refunded_amount_original,
        cast(0 as decimal(18, 4)) as gross_amount,
        refunded_amount,
        cast(0 as decimal(18, 4)) as margin_amount,
        refund_date as booked_date
    from refunds

),

int_revenue_movements_booked as (

    select
        ---------- ids
        movements.movement_id,
        movements.order_id,
        orders.customer_id,

        ---------- strings
        movements.movement_type,
        orders.currency_code,
        orders.country_code,
        customers.acquisition_channel,

        ---------- numerics
        movements.order_count,
        movements.gross_amount_original,
        movements.refunded_amount_original,
        movements.gross_amount,
        movements.refunded_amount,
        movements.margin_amount,

        ---------- booleans
        movements.movement_type = 'order'
        and orders.customer_order_number = 1 as is_first_order,

        ---------- dates
        movements.booked_date,
        {{ month_start('movements.booked_date') }} as month_start_date

    from movements
    inner join orders on movements.order_id = orders.order_id
    inner join customers on orders.customer_id = customers.customer_id

)

select * from int_revenue_movements_booked
