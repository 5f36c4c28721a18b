with

events as (

    select * from {{ ref('int_events_owned') }}

),

cut_offs as (

    select * from {{ ref('int_cut_offs_listed') }}

),

{#
    Days keep the join with the cut-offs small. Who comes back and logs in tells whose the
    visits before were, and who logs in with another's device makes them nobody's: at an
    earlier cut-off nobody knew that somebody would.
#}
event_days as (

    select
        customer_id,
        cast(occurred_at as date) as event_date,
        cast(identified_at as date) as identified_date,
        disowned_date,
        count(*) filter (where is_activity) as activity_count,
        count(*) filter (where event_type = 'email_sent') as email_sent_count,
        count(*) filter (where event_type = 'email_open') as email_open_count,
        count(*) filter (where event_type = 'email_click') as email_click_count,
        count(*) filter (where event_type = 'unsubscribe') as unsubscribe_count
    from events
    group by
        customer_id,
        cast(occurred_at as date),
        cast(identified_at as date),
        disowned_date

),

days_before_cut_offs as (

    select
        event_days.*,
        cut_offs.cut_off_date,
        datediff(
            cut_offs.cut_off_date, event_days.event_date
        ) as days_before_cut_off
    from event_days
    inner join cut_offs
        on
            event_days.identified_date <= cut_offs.cut_off_date
            and coalesce(event_days.disowned_date > cut_offs.cut_off_date, true)

),

int_events_aggregated_to_cut_off as (

    select
        customer_id,
        cut_off_date,
        cast(
            coalesce(sum(activity_count) filter (
                where days_before_cut_off < 30
            ), 0) as bigint
        ) as activities_last_30_days,
        cast(
            coalesce(sum(activity_count) filter (
                where days_before_cut_off < 90
            ), 0) as bigint
        ) as activities_last_90_days,
        count(distinct event_date) filter (
            where days_before_cut_off < 30 and activity_count > 0
        ) as active_days_last_30_days,
        count(distinct event_date) filter (
            where days_before_cut_off < 90 and activity_count > 0
        ) as active_days_last_90_days,
        cast(
            coalesce(sum(email_sent_count) filter (
                where days_before_cut_off < 90
            ), 0) as bigint
        ) as emails_sent_last_90_days,
        cast(
            coalesce(sum(email_open_count) filter (
                where days_before_cut_off < 90
            ), 0) as bigint
        ) as emails_opened_last_90_days,
        cast(
            coalesce(sum(email_click_count) filter (
                where days_before_cut_off < 90
            ), 0) as bigint
        ) as emails_clicked_last_90_days,
        sum(unsubscribe_count) > 0 as has_unsubscribed,
        max(event_date) filter (where activity_count > 0) as last_activity_date
    from days_before_cut_offs
    group by customer_id, cut_off_date

)

select * from int_events_aggregated_to_cut_off
