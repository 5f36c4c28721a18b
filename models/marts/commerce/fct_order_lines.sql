with

order_lines as (

    select * from {{ ref('int_order_lines_costed') }}

),

orders as (

    select * from {{ ref('int_orders_validated') }}

),

{# As in `fct_orders`, lines of invalid orders stay with zero converted amounts. #}
counted_lines as (

    select
        order_lines.*,
        orders.customer_id,
        orders.is_valid,
        case
            when orders.is_valid then order_lines.line_amount
            else cast(0 as decimal(18, 4))
        end as counted_line_amount,
        case
            when orders.is_valid then order_lines.cost_amount
            else cast(0 as decimal(18, 4))
        end as counted_cost_amount
    from order_lines
    inner join orders on order_lines.order_id = orders.order_id

),

fct_order_lines as (

    select
        ---------- ids
        order_line_id,
        order_id,
        customer_id,
        product_id,

        ---------- strings
        currency_code,

        ---------- numerics
        quantity,
        unit_price_amount as unit_price_amount_original,
        discount_amount as discount_amount_original,
        line_amount_original,
        counted_line_amount as line_amount,
        counted_cost_amount as cost_amount,
        cast(counted_line_amount - counted_cost_amount as decimal(18, 4))
            as margin_amount,

        ---------- booleans
        is_valid,

        ---------- dates
        order_date

    from counted_lines

)

select * from fct_order_lines
