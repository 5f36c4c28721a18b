with

orders as (

    select * from {{ ref('stg_shop__orders') }}

),

customer_records as (

    select * from {{ ref('int_customer_records_resolved') }}
    where source_name = 'shop'

),

customers as (

    select * from {{ ref('int_customers_unified') }}

),

country_aliases as (

    select * from {{ ref('country_aliases') }}

),

countries as (

    select * from {{ ref('countries') }}

),

as_of_date as (

    select * from {{ ref('int_as_of_date') }}

),

{# The as-of date is cut in UTC, so that no market knows more than another. #}
known_orders as (

    select orders.*
    from orders
    inner join as_of_date
        on cast(orders.ordered_at as date) <= as_of_date.as_of_date

),

placed_in_countries as (

    select
        known_orders.*,
        customer_records.customer_id as resolved_customer_id,
        coalesce(customers.country_code, 'ZZ') as customer_country_code,
        coalesce(
            country_aliases.country_code, customers.country_code, 'ZZ'
        ) as country_code
    from known_orders
    left join customer_records
        on known_orders.customer_id = customer_records.source_record_id
    left join customers on customer_records.customer_id = customers.customer_id
    left join country_aliases
        on {{ lower_text('trim(known_orders.country)') }} = country_aliases.alias

),

int_orders_localized as (

    select
        ---------- ids
        placed_in_countries.order_id,
        placed_in_countries.resolved_customer_id as customer_id,

        ---------- strings
        placed_in_countries.status,
        placed_in_countries.currency_code,
        placed_in_countries.sales_channel,
        placed_in_countries.country_code,
        placed_in_countries.customer_country_code,
        coalesce(countries.time_zone, 'UTC') as time_zone,

        ---------- numerics
        placed_in_countries.discount_amount,
        placed_in_countries.shipping_amount,
        placed_in_countries.tax_amount,
        placed_in_countries.total_amount,

        ---------- dates
        {{ market_date('placed_in_countries.ordered_at', 'countries.time_zone') }}
            as order_date,

        ---------- timestamps
        placed_in_countries.ordered_at,
        placed_in_countries.updated_at

    from placed_in_countries
    left join countries
        on placed_in_countries.country_code = countries.country_code

)

select * from int_orders_localized
