{#-
    What every landed version of a refund would take away, as `int_refunds_converted` values
    the latest one: in the reporting currency and in that of the order, on its own day.
-#}

with

refund_versions as (

    select * from {{ ref('stg_shop__refund_versions') }}

),

orders as (

    select * from {{ ref('int_orders_localized') }}
    where customer_id is not null

),

exchange_rates as (

    select * from {{ ref('int_exchange_rates_resolved') }}

),

as_of_date as (

    select * from {{ ref('int_as_of_date') }}

),

dated_versions as (

    select
        refund_versions.*,
        orders.currency_code as order_currency_code,
        {{ market_date('refund_versions.refunded_at', 'orders.time_zone') }}
            as refund_date
    from refund_versions
    inner join orders on refund_versions.order_id = orders.order_id
    inner join as_of_date
        on cast(refund_versions.refunded_at as date) <= as_of_date.as_of_date

),

converted as (

    select
        dated_versions.*,
        {{ convert_to_reporting(
            'dated_versions.refund_amount',
            'dated_versions.currency_code',
            'refund_rates.conversion_rate'
        ) }} as refunded_amount,
        {{ reporting_rate(
            'dated_versions.order_currency_code', 'order_rates.conversion_rate'
        ) }} as order_currency_rate
    from dated_versions
    left join exchange_rates as refund_rates
        on
            dated_versions.currency_code = refund_rates.currency_code
            and dated_versions.refund_date = refund_rates.rate_date
    left join exchange_rates as order_rates
        on
            dated_versions.order_currency_code = order_rates.currency_code
            and dated_versions.refund_date = order_rates.rate_date

),

int_refund_versions_valued as (

    select
        ---------- ids
        refund_id,
        order_id,

        ---------- numerics
        case
            when currency_code = order_currency_code then refund_amount
            else {{ round_amount(
                "refunded_amount * " ~ inverse_rate('order_currency_rate')
            ) }}
        end as refunded_amount_original,
        refunded_amount,

        ---------- dates
        {{ month_start('refund_date') }} as refund_month_date,

        ---------- metadata
        _changed_at,
        _loaded_at,
        _batch_id,
        _source_position

    from converted

)

select * from int_refund_versions_valued
