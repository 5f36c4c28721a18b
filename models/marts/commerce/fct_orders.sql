{#-
    Invalid orders stay, with zero in the converted amounts: whoever forgets to filter by
    `is_valid` still sums the right revenue. The `_original` amounts are what the source
    recorded, whatever became of the order.
-#}

with

orders as (

    select * from {{ ref('int_orders_validated') }}

),

fct_orders as (

    select
        ---------- ids
        order_id,
        customer_id,

        ---------- strings
        status,
        currency_code,
        country_code,
        sales_channel,

        ---------- numerics
        customer_order_number,
        line_count,
        refund_count,
        discount_amount_original,
        shipping_amount_original,
        tax_amount_original,
        gross_amount_original,
        refunded_amount_original,
        gross_amount,
        refunded_amount,
        net_amount,
        margin_amount,

        ---------- booleans
        is_valid,
        is_cancelled,
        is_refunded_in_full,
        is_margin_from_costs,

        ---------- dates
        order_date,

        ---------- timestamps
        ordered_at

    from orders

)

select * from fct_orders
