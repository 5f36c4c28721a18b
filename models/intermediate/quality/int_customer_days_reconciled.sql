{#-
    What customers did before the calendar of the KPIs began is in no period, and neither
    is a visit on the day after the as-of date, which has begun in markets ahead of UTC.
    Where the calendar itself begins too late, orders are left over.
-#}

with

orders as (

    select * from {{ ref('fct_orders') }}
    where is_valid and customer_id is not null

),

engagement as (

    select * from {{ ref('fct_engagement_daily') }}
    where is_active

),

as_of_date as (

    select * from {{ ref('int_as_of_date') }}

),

days as (

    select * from {{ ref('kpi_daily') }}
    where country_code = 'all' and acquisition_channel = 'all'

),

calendar as (

    select
        min(days.date_day) as first_day,
        greatest(max(days.date_day), max(as_of_date.as_of_date)) as last_day
    from days
    cross join as_of_date

),

first_orders as (

    select
        customer_id,
        min(order_date) as order_date
    from orders
    group by customer_id

),

customer_days as (

    select
        'shop.orders' as table_name,
        'new_customers_facts_to_kpis' as measure,
        order_date as day_date
    from first_orders

    union all

    select
        'commerce.events' as table_name,
        'active_customer_days_facts_to_kpis' as measure,
        engagement_date as day_date
    from engagement

),

records as (

    select
        customer_days.table_name,
        customer_days.measure,
        case when calendar.first_day is not null then 'outside_calendar' end as reason,
        1 as record_value,
        customer_days.day_date
    from customer_days
    left join calendar
        on
            customer_days.day_date < calendar.first_day
            or customer_days.day_date > calendar.last_day

),

results as (

    {% for table_name, measure, column_name in [
        ('shop.orders', 'new_customers_facts_to_kpis', 'new_customer_count'),
        ('commerce.events', 'active_customer_days_facts_to_kpis', 'dau')
    ] %}
        select
            '{{ table_name }}' as table_name,
            '{{ measure }}' as measure,
            {{ column_name }} as record_value,
            date_day as day_date
        from days
        {{ "union all" if not loop.last }}
    {% endfor %}

),

int_customer_days_reconciled as (

    {{ reconciliation_entries('records', 'results') }}

)

select * from int_customer_days_reconciled
