{#-
    Tickets of before the calendar of the KPIs began are in no month; nor are those of the
    night after its last day, where the next month has begun in the market.
-#}

with

tickets as (

    select * from {{ ref('int_tickets_identified') }}

),

customers as (

    select * from {{ ref('customer_360') }}

),

countries as (

    select * from {{ ref('countries') }}

),

as_of_date as (

    select * from {{ ref('int_as_of_date') }}

),

months as (

    select * from {{ ref('kpi_monthly') }}
    where country_code = 'all' and acquisition_channel = 'all'

),

calendar as (

    select
        min(months.month_start_date) as first_month_date,
        greatest(
            max(months.month_start_date),
            {{ month_start('max(as_of_date.as_of_date)') }}
        ) as last_month_date
    from months
    cross join as_of_date

),

{# Grouped, so that a customer who is there twice doubles no ticket. #}
customer_zones as (

    select
        customers.customer_id,
        min(countries.time_zone) as time_zone
    from customers
    left join countries on customers.country_code = countries.country_code
    group by customers.customer_id

),

dated_tickets as (

    select
        {{ month_start(market_date('tickets.opened_at', 'customer_zones.time_zone')) }}
            as month_start_date
    from tickets
    left join customer_zones on tickets.customer_id = customer_zones.customer_id

),

records as (

    select
        'crm.tickets' as table_name,
        'records_facts_to_kpis' as measure,
        case when calendar.first_month_date is not null then 'outside_calendar' end
            as reason,
        1 as record_value,
        dated_tickets.month_start_date as day_date
    from dated_tickets
    left join calendar
        on
            dated_tickets.month_start_date < calendar.first_month_date
            or dated_tickets.month_start_date > calendar.last_month_date

),

results as (

    select
        'crm.tickets' as table_name,
        'records_facts_to_kpis' as measure,
        ticket_count as record_value,
        month_start_date as day_date
    from months

),

int_ticket_months_reconciled as (

    {{ reconciliation_entries('records', 'results') }}

)

select * from int_ticket_months_reconciled
