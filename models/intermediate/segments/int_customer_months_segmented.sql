{#-
    The month before the calendar begins is there, too: its segments are those from which
    the first month's customers come.
-#}

with

sightings as (

    select * from {{ ref('int_customers_sighted') }}

),

orders as (

    select * from {{ ref('int_orders_accumulated_to_month') }}

),

kpi_months as (

    select * from {{ ref('int_kpi_months_listed') }}
    where country_code = 'all' and acquisition_channel = 'all'

),

rfm_segments as (

    select * from {{ ref('rfm_segments') }}

),

as_of_date as (

    select * from {{ ref('int_as_of_date') }}

),

months as (

    select
        month_start_date,
        is_complete_period,
        true as is_kpi_month
    from kpi_months

    union all

    select
        add_months(min(month_start_date), -1) as month_start_date,
        true as is_complete_period,
        false as is_kpi_month
    from kpi_months
    having count(*) > 0

),

{# A month that is not over ends, so far, with the as-of date. #}
ended_months as (

    select
        months.month_start_date,
        months.is_complete_period,
        months.is_kpi_month,
        least(last_day(months.month_start_date), as_of_date.as_of_date)
            as standing_date
    from months
    cross join as_of_date

),

{# Of whom no source says since when counts from the as-of date. #}
known_customers as (

    select
        sightings.customer_id,
        coalesce(cast(sightings.first_seen_at as date), as_of_date.as_of_date)
            as known_date
    from sightings
    cross join as_of_date

),

{# An `or` in the join would compare every customer with all orders, on DuckDB. #}
standings as (

    select
        known_customers.customer_id,
        ended_months.month_start_date,
        ended_months.is_complete_period,
        ended_months.is_kpi_month,
        ended_months.standing_date,
        orders.order_count,
        orders.net_revenue_amount,
        orders.first_order_date,
        orders.previous_order_date,
        orders.last_order_date
    from known_customers
    inner join ended_months
        on known_customers.known_date <= ended_months.standing_date
    left join orders
        on
            known_customers.customer_id = orders.customer_id
            and ended_months.month_start_date >= orders.month_start_date
            and ended_months.month_start_date
            < coalesce(orders.next_month_date, cast('9999-12-31' as date))

),

{{ segmented_standings('standings', population='month_start_date') }},

int_customer_months_segmented as (

    select
        ---------- ids
        customer_id,

        ---------- strings
        lifecycle_stage,
        rfm_segment,
        value_tier,

        ---------- booleans
        is_complete_period,
        is_kpi_month,

        ---------- dates
        month_start_date

    from segmented_standings

)

select * from int_customer_months_segmented
