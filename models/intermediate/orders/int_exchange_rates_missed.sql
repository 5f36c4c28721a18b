{#-
    A missing rate leaves the converted amount null, and null spreads into every sum; this
    names the currency and the day to ask for.
-#}

with

orders as (

    select * from {{ ref('int_orders_validated') }}
    where is_valid

),

refunds as (

    select * from {{ ref('int_refunds_converted') }}

),

order_lines as (

    select * from {{ ref('int_order_lines_costed') }}

),

campaign_spends as (

    select * from {{ ref('int_campaign_spends_converted') }}

),

missing_rates as (

    select
        currency_code,
        order_date as rate_date,
        'orders' as used_by
    from orders
    where gross_amount is null

    union all

    select
        refunds.currency_code,
        refunds.refund_date as rate_date,
        'refunds' as used_by
    from refunds
    inner join orders on refunds.order_id = orders.order_id
    where refunds.refunded_amount is null

    union all

    select
        orders.currency_code,
        refunds.refund_date as rate_date,
        'refunds in another currency' as used_by
    from refunds
    inner join orders on refunds.order_id = orders.order_id
    where
        refunds.refunded_amount is not null
        and refunds.refunded_amount_original is null

    union all

    select
        order_lines.cost_currency_code as currency_code,
        order_lines.order_date as rate_date,
        'product costs' as used_by
    from order_lines
    inner join orders on order_lines.order_id = orders.order_id
    where
        order_lines.cost_currency_code is not null
        and order_lines.cost_amount_original is not null
        and order_lines.cost_amount is null

    union all

    select
        currency_code,
        spend_date as rate_date,
        'campaign spend' as used_by
    from campaign_spends
    where marketing_spend_amount is null and spend_amount is not null

),

int_exchange_rates_missed as (

    select
        currency_code,
        used_by,
        count(*) as occurrence_count,
        rate_date
    from missing_rates
    group by currency_code, used_by, rate_date

)

select * from int_exchange_rates_missed
