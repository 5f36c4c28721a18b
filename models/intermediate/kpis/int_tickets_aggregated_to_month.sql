with

tickets as (

    select * from {{ ref('int_tickets_identified') }}

),

customers as (

    select * from {{ ref('int_customers_unified') }}

),

countries as (

    select * from {{ ref('countries') }}

),

dated_tickets as (

    select
        customers.country_code,
        customers.acquisition_channel,
        tickets.satisfaction_score,
        {{ month_start(market_date('tickets.opened_at', 'countries.time_zone')) }}
            as month_start_date
    from tickets
    inner join customers on tickets.customer_id = customers.customer_id
    left join countries on customers.country_code = countries.country_code

),

int_tickets_aggregated_to_month as (

    select
        month_start_date,
        coalesce(country_code, 'all') as country_code,
        coalesce(acquisition_channel, 'all') as acquisition_channel,
        count(*) as ticket_count,
        count(satisfaction_score) as rated_ticket_count,
        count(*) filter (where satisfaction_score >= 4) as satisfied_ticket_count,
        count(*) filter (where satisfaction_score = 5) as promoting_ticket_count,
        count(*) filter (where satisfaction_score <= 3) as detracting_ticket_count
    from dated_tickets
    group by {{ kpi_levels(['month_start_date']) }}

)

select * from int_tickets_aggregated_to_month
