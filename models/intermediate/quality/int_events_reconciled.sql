{#-
    The fact counts by the day of the customer's market, so that the events do, too; those
    that are nobody's have no market, and a day in UTC.
-#}

with

staged_events as (

    select * from {{ ref('stg_commerce__events') }}

),

stitched_ids as (

    select * from {{ ref('int_anonymous_ids_stitched') }}

),

events as (

    select * from {{ ref('int_events_owned') }}

),

as_of_date as (

    select * from {{ ref('int_as_of_date') }}

),

engagement as (

    select * from {{ ref('fct_engagement_daily') }}

),

market_days as (

    select
        event_id,
        min(engagement_date) as engagement_date
    from events
    group by event_id

),

records as (

    select
        'commerce.events' as table_name,
        'records_staging_to_facts' as measure,
        case
            when cast(staged_events.occurred_at as date) > as_of_date.as_of_date
                then 'after_as_of_date'
            when staged_events.customer_id is not null then cast(null as string)
            when stitched_ids.anonymous_id is null then 'anonymous_visitor'
            when stitched_ids.shared_date is not null then 'shared_device'
        end as reason,
        1 as record_value,
        coalesce(
            market_days.engagement_date, cast(staged_events.occurred_at as date)
        ) as day_date
    from staged_events
    cross join as_of_date
    left join market_days on staged_events.event_id = market_days.event_id
    left join stitched_ids
        on staged_events.anonymous_id = stitched_ids.anonymous_id

),

results as (

    select
        'commerce.events' as table_name,
        'records_staging_to_facts' as measure,
        event_count as record_value,
        engagement_date as day_date
    from engagement

),

int_events_reconciled as (

    {{ reconciliation_entries('records', 'results') }}

)

select * from int_events_reconciled
