{#-
    A customer active on a day is weekly active on it and on the six days after. In a
    market ahead of UTC the day after the as-of date may have begun: its week has the six
    days before it, too.
-#}

with

events as (

    select * from {{ ref('int_events_identified') }}
    where is_activity

),

as_of_date as (

    select * from {{ ref('int_as_of_date') }}

),

active_days as (

    select
        customer_id,
        country_code,
        acquisition_channel,
        engagement_date
    from events
    group by customer_id, country_code, acquisition_channel, engagement_date

),

reached_days as (

    select
        *,
        explode(sequence(0, 6)) as days_later
    from active_days

),

counted_rows as (

    select
        reached_days.country_code,
        reached_days.acquisition_channel,
        reached_days.customer_id,
        case when reached_days.days_later = 0 then reached_days.customer_id end
            as active_customer_id,
        cast(null as string) as session_id,
        date_add(reached_days.engagement_date, cast(reached_days.days_later as int))
            as date_day
    from reached_days
    inner join as_of_date
        on
            reached_days.days_later = 0
            or date_add(
                reached_days.engagement_date, cast(reached_days.days_later as int)
            )
            <= date_add(as_of_date.as_of_date, 1)

    union all

    select
        country_code,
        acquisition_channel,
        cast(null as string) as customer_id,
        cast(null as string) as active_customer_id,
        session_id,
        engagement_date as date_day
    from events
    where session_id is not null
    group by country_code, acquisition_channel, session_id, engagement_date

),

int_engagement_aggregated_to_day as (

    select
        date_day,
        coalesce(country_code, 'all') as country_code,
        coalesce(acquisition_channel, 'all') as acquisition_channel,
        count(distinct active_customer_id) as daily_active_count,
        count(distinct customer_id) as weekly_active_count,
        count(distinct session_id) as session_count
    from counted_rows
    group by {{ kpi_levels(['date_day']) }}

)

select * from int_engagement_aggregated_to_day
