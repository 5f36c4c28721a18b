{#-
    What every landed version of an order would count for, with today's customers, rates
    and as-of date: what is left to differ between two versions is what the shop changed.
-#}

with

order_versions as (

    select * from {{ ref('stg_shop__order_versions') }}

),

orders as (

    select * from {{ ref('int_orders_localized') }}
    where customer_id is not null

),

country_aliases as (

    select * from {{ ref('country_aliases') }}

),

countries as (

    select * from {{ ref('countries') }}

),

exchange_rates as (

    select * from {{ ref('int_exchange_rates_resolved') }}

),

as_of_date as (

    select * from {{ ref('int_as_of_date') }}

),

placed_versions as (

    select
        order_versions.*,
        coalesce(country_aliases.country_code, orders.customer_country_code)
            as country_code
    from order_versions
    inner join orders on order_versions.order_id = orders.order_id
    inner join as_of_date
        on cast(order_versions.ordered_at as date) <= as_of_date.as_of_date
    left join country_aliases
        on {{ lower_text('trim(order_versions.country)') }} = country_aliases.alias

),

dated_versions as (

    select
        placed_versions.*,
        {{ market_date('placed_versions.ordered_at', 'countries.time_zone') }}
            as order_date
    from placed_versions
    left join countries on placed_versions.country_code = countries.country_code

),

int_order_versions_valued as (

    select
        ---------- ids
        dated_versions.order_id,

        ---------- strings
        dated_versions.country_code,

        ---------- numerics
        dated_versions.total_amount,
        {{ convert_to_reporting(
            'dated_versions.total_amount',
            'dated_versions.currency_code',
            'exchange_rates.conversion_rate'
        ) }} as valued_amount,

        ---------- booleans
        coalesce(dated_versions.status = 'cancelled', false) as is_cancelled,

        ---------- dates
        {{ month_start('dated_versions.order_date') }} as order_month_date,

        ---------- metadata
        dated_versions._changed_at,
        dated_versions._loaded_at,
        dated_versions._batch_id,
        dated_versions._source_position

    from dated_versions
    left join exchange_rates
        on
            dated_versions.currency_code = exchange_rates.currency_code
            and dated_versions.order_date = exchange_rates.rate_date

)

select * from int_order_versions_valued
