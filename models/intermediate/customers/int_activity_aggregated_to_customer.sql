with

events as (

    select * from {{ ref('int_events_identified') }}

),

as_of_date as (

    select * from {{ ref('int_as_of_date') }}

),

int_activity_aggregated_to_customer as (

    select
        events.customer_id,
        count(distinct events.engagement_date) as active_day_count
    from events
    inner join as_of_date
        on
            datediff(as_of_date.as_of_date, events.engagement_date)
            < {{ var('engagement_window_days') }}
    where events.is_activity
    group by events.customer_id

)

select * from int_activity_aggregated_to_customer
