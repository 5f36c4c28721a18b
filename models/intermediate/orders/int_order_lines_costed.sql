with

order_lines as (

    select * from {{ ref('stg_shop__order_lines') }}

),

products as (

    select * from {{ ref('stg_shop__products') }}

),

orders as (

    select * from {{ ref('int_orders_localized') }}

),

exchange_rates as (

    select * from {{ ref('int_exchange_rates_resolved') }}

),

{#
    A line of an order that no source delivered belongs to no sale. DuckDB multiplies
    decimals in 18 digits, too few for ten billion, unless one of them has more.
#}
priced_lines as (

    select
        order_lines.order_line_id,
        order_lines.order_id,
        order_lines.product_id,
        orders.currency_code,
        products.currency_code as cost_currency_code,
        order_lines.quantity,
        order_lines.unit_price_amount,
        order_lines.discount_amount,
        {{ round_amount(
            'cast(order_lines.quantity as decimal(19, 4))'
            ~ ' * order_lines.unit_price_amount'
        ) }} - coalesce(order_lines.discount_amount, 0) as line_amount,
        {{ round_amount(
            'cast(order_lines.quantity as decimal(19, 4)) * products.unit_cost_amount'
        ) }} as cost_amount,
        orders.order_date
    from order_lines
    inner join orders on order_lines.order_id = orders.order_id
    left join products on order_lines.product_id = products.product_id

),

{# Prices and costs at the rates of the order's day, costs in their own currency. #}
int_order_lines_costed as (

    select
        ---------- ids
        priced_lines.order_line_id,
        priced_lines.order_id,
        priced_lines.product_id,

        ---------- strings
        priced_lines.currency_code,
        priced_lines.cost_currency_code,

        ---------- numerics
        priced_lines.quantity,
        priced_lines.unit_price_amount,
        priced_lines.discount_amount,
        cast(priced_lines.line_amount as decimal(18, 4)) as line_amount_original,
        {{ convert_to_reporting(
            'priced_lines.line_amount',
            'priced_lines.currency_code',
            'order_rates.conversion_rate'
        ) }} as line_amount,
        {{ convert_to_reporting(
            'priced_lines.cost_amount',
            'priced_lines.cost_currency_code',
            'cost_rates.conversion_rate'
        ) }} as cost_amount,
        cast(priced_lines.cost_amount as decimal(18, 4)) as cost_amount_original,

        ---------- dates
        priced_lines.order_date

    from priced_lines
    left join exchange_rates as order_rates
        on
            priced_lines.currency_code = order_rates.currency_code
            and priced_lines.order_date = order_rates.rate_date
    left join exchange_rates as cost_rates
        on
            priced_lines.cost_currency_code = cost_rates.currency_code
            and priced_lines.order_date = cost_rates.rate_date

)

select * from int_order_lines_costed
