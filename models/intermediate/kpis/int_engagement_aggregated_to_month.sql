with

events as (

    select * from {{ ref('int_events_identified') }}
    where is_activity

),

customers as (

    select * from {{ ref('int_customers_unified') }}

),

active_days as (

    select
        customer_id,
        engagement_date
    from events
    group by customer_id, engagement_date

),

monthly_active_days as (

    select
        active_days.customer_id,
        customers.country_code,
        customers.acquisition_channel,
        {{ month_start('active_days.engagement_date') }} as month_start_date
    from active_days
    inner join customers on active_days.customer_id = customers.customer_id

),

int_engagement_aggregated_to_month as (

    select
        month_start_date,
        coalesce(country_code, 'all') as country_code,
        coalesce(acquisition_channel, 'all') as acquisition_channel,
        count(distinct customer_id) as monthly_active_count,
        count(*) as active_customer_days_count
    from monthly_active_days
    group by {{ kpi_levels(['month_start_date']) }}

)

select * from int_engagement_aggregated_to_month
