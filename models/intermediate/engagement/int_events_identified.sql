{{ config(materialized = 'view') }}

with

events as (

    select * from {{ ref('int_events_owned') }}

),

int_events_identified as (

    select
        ---------- ids
        event_id,
        customer_id,
        session_id,

        ---------- strings
        event_type,
        channel,
        country_code,
        acquisition_channel,

        ---------- booleans
        is_activity,
        is_stitched,

        ---------- dates
        engagement_date,

        ---------- timestamps
        occurred_at,
        identified_at

    from events
    where disowned_date is null

)

select * from int_events_identified
