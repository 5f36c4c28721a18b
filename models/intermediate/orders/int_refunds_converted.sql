with

refunds as (

    select * from {{ ref('stg_shop__refunds') }}

),

orders as (

    select * from {{ ref('int_orders_localized') }}

),

exchange_rates as (

    select * from {{ ref('int_exchange_rates_resolved') }}

),

as_of_date as (

    select * from {{ ref('int_as_of_date') }}

),

{# A refund of an order that no source delivered refunds nothing that was counted. #}
known_refunds as (

    select
        refunds.refund_id,
        refunds.order_id,
        refunds.currency_code,
        orders.currency_code as order_currency_code,
        refunds.reason,
        refunds.refund_amount,
        {{ market_date('refunds.refunded_at', 'orders.time_zone') }} as refund_date,
        refunds.refunded_at
    from refunds
    inner join as_of_date
        on cast(refunds.refunded_at as date) <= as_of_date.as_of_date
    inner join orders on refunds.order_id = orders.order_id

),

converted as (

    select
        known_refunds.*,
        {{ convert_to_reporting(
            'known_refunds.refund_amount',
            'known_refunds.currency_code',
            'refund_rates.conversion_rate'
        ) }} as converted_amount,
        {{ reporting_rate(
            'known_refunds.order_currency_code', 'order_rates.conversion_rate'
        ) }} as order_currency_rate
    from known_refunds
    left join exchange_rates as refund_rates
        on
            known_refunds.currency_code = refund_rates.currency_code
            and known_refunds.refund_date = refund_rates.rate_date
    left join exchange_rates as order_rates
        on
            known_refunds.order_currency_code = order_rates.currency_code
            and known_refunds.refund_date = order_rates.rate_date

),

{#
    Whether an order is refunded in full is decided in its own currency. Rates come in
    only where the refund was paid in another one, both of the refund's own day.
#}
int_refunds_converted as (

    select
        ---------- ids
        refund_id,
        order_id,

        ---------- strings
        currency_code,
        reason,

        ---------- numerics
        refund_amount,
        case
            when currency_code = order_currency_code then refund_amount
            else {{ round_amount(
                "converted_amount * " ~ inverse_rate('order_currency_rate')
            ) }}
        end as refunded_amount_original,
        converted_amount as refunded_amount,

        ---------- dates
        refund_date,

        ---------- timestamps
        refunded_at

    from converted

)

select * from int_refunds_converted
