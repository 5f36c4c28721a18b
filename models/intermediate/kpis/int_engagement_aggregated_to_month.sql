with

events as (

    select * from {{ ref('int_events_identified') }}

),

as_of_date as (

    select * from {{ ref('int_as_of_date') }}

),

{#
    Days are averaged over those that have elapsed: one that only a market ahead of UTC has
    begun is not among them, and would lift daily above monthly users early in a month.
#}
monthly_events as (

    select
        events.*,
        {{ month_start('events.engagement_date') }} as month_start_date,
        case
            when
                events.is_activity
                and events.engagement_date <= as_of_date.as_of_date
                then events.engagement_date
        end as elapsed_active_date
    from events
    cross join as_of_date

),

customer_months as (

    select
        month_start_date,
        country_code,
        acquisition_channel,
        count(distinct elapsed_active_date) as active_day_count,
        bool_or(is_activity) as has_acted,
        bool_or(event_type = 'email_sent') as has_received,
        bool_or(event_type = 'email_open') as has_opened,
        bool_or(event_type = 'email_click') as has_clicked,
        cast(null as string) as session_id
    from monthly_events
    group by month_start_date, country_code, acquisition_channel, customer_id

),

{# A session may last over midnight, and be shared: it is one in every total. #}
session_months as (

    select
        month_start_date,
        country_code,
        acquisition_channel,
        0 as active_day_count,
        false as has_acted,
        false as has_received,
        false as has_opened,
        false as has_clicked,
        session_id
    from monthly_events
    where is_activity and session_id is not null
    group by month_start_date, country_code, acquisition_channel, session_id

),

counted_rows as (

    select * from customer_months

    union all

    select * from session_months

),

{#
    Mail programs open a mail as often as they like, so that customers are counted, and
    only those who were sent one: the rates stay within one.
#}
int_engagement_aggregated_to_month as (

    select
        month_start_date,
        coalesce(country_code, 'all') as country_code,
        coalesce(acquisition_channel, 'all') as acquisition_channel,
        count(*) filter (where has_acted) as monthly_active_count,
        cast(sum(active_day_count) as bigint) as active_customer_days_count,
        count(distinct session_id) as session_count,
        count(*) filter (where has_received) as email_recipient_count,
        count(*) filter (where has_received and has_opened) as email_opener_count,
        count(*) filter (where has_received and has_clicked) as email_clicker_count
    from counted_rows
    group by {{ kpi_levels(['month_start_date']) }}

)

select * from int_engagement_aggregated_to_month
