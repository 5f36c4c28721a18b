with

orders as (

    select * from {{ ref('int_orders_localized') }}

),

refunds as (

    select * from {{ ref('int_refunds_converted') }}

),

order_lines as (

    select * from {{ ref('int_order_lines_costed') }}

),

exchange_rates as (

    select * from {{ ref('int_exchange_rates_resolved') }}

),

refunds_by_order as (

    select
        order_id,
        count(*) as refund_count,
        {{ sum_amount('refunded_amount_original') }} as refunded_amount_original,
        {{ sum_amount('refunded_amount') }} as refunded_amount
    from refunds
    group by order_id

),

{# Null as soon as the cost of one line is unknown. #}
costs_by_order as (

    select
        order_id,
        count(*) as line_count,
        {{ sum_amount('cost_amount') }} as cost_amount
    from order_lines
    group by order_id

),

int_orders_converted as (

    select
        ---------- ids
        orders.order_id,
        orders.customer_id,

        ---------- strings
        orders.status,
        orders.currency_code,
        orders.sales_channel,
        orders.country_code,

        ---------- numerics
        coalesce(costs_by_order.line_count, 0) as line_count,
        coalesce(refunds_by_order.refund_count, 0) as refund_count,
        orders.discount_amount,
        orders.shipping_amount,
        orders.tax_amount,
        orders.total_amount,
        {{ convert_to_reporting(
            'orders.total_amount', 'orders.currency_code', 'exchange_rates.conversion_rate'
        ) }} as converted_total_amount,
        costs_by_order.cost_amount,
        {{ amount_or_zero(
            'refunds_by_order.refunded_amount_original', 'refunds_by_order.order_id'
        ) }} as refunded_amount_original,
        {{ amount_or_zero(
            'refunds_by_order.refunded_amount', 'refunds_by_order.order_id'
        ) }} as converted_refunded_amount,

        ---------- dates
        orders.order_date,

        ---------- timestamps
        orders.ordered_at,
        orders.updated_at

    from orders
    left join refunds_by_order on orders.order_id = refunds_by_order.order_id
    left join costs_by_order on orders.order_id = costs_by_order.order_id
    left join exchange_rates
        on
            orders.currency_code = exchange_rates.currency_code
            and orders.order_date = exchange_rates.rate_date

)

select * from int_orders_converted
