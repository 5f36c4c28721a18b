{#-
    Whose device or browser it is. One that several customers use, such as a family's
    tablet, is somebody's until the second one logs in, and one that more people use than log
    in, such as a kiosk, until the day that shows it.
-#}

with

events as (

    select * from {{ ref('stg_commerce__events') }}

),

accepted_identities as (

    select * from {{ ref('int_customer_identities_accepted') }}
    where source_name = 'commerce'

),

placeholder_values as (

    select * from {{ ref('placeholder_values') }}

),

as_of_date as (

    select * from {{ ref('int_as_of_date') }}

),

{# An account called `guest` may exist; who uses it says nothing about a device. #}
named_accounts as (

    select
        accepted_identities.source_record_id,
        accepted_identities.customer_id
    from accepted_identities
    left join placeholder_values
        on
            placeholder_values.identifier_type = 'commerce_customer_id'
            and {{ lower_text('accepted_identities.source_record_id') }}
            = placeholder_values.placeholder_value
    where
        placeholder_values.placeholder_value is null
        and {{ lower_text('accepted_identities.source_record_id') }} <> 'null'

),

{# A system writes `null` for none, which dbt would read as null in a seed. #}
identifying_events as (

    select
        events.anonymous_id,
        events.customer_id,
        events.occurred_at
    from events
    inner join as_of_date
        on cast(events.occurred_at as date) <= as_of_date.as_of_date
    left join placeholder_values
        on
            placeholder_values.identifier_type = 'anonymous_id'
            and {{ lower_text('events.anonymous_id') }}
            = placeholder_values.placeholder_value
    where
        placeholder_values.placeholder_value is null
        and {{ lower_text('events.anonymous_id') }} <> 'null'

),

{# By day: a cap on all events ever would shut out whoever stays a customer for long. #}
days_of_ids as (

    select
        identifying_events.anonymous_id,
        cast(identifying_events.occurred_at as date) as event_date,
        count(*) as event_count,
        min(named_accounts.customer_id) as least_customer_id,
        max(named_accounts.customer_id) as greatest_customer_id,
        min(identifying_events.occurred_at) filter (
            where named_accounts.customer_id is not null
        ) as first_identified_at
    from identifying_events
    left join named_accounts
        on identifying_events.customer_id = named_accounts.source_record_id
    group by
        identifying_events.anonymous_id,
        cast(identifying_events.occurred_at as date)

),

days_so_far as (

    select
        *,
        event_count > {{ var('max_daily_events_per_anonymous_id') }}
        or min(least_customer_id) over id_so_far
        <> max(greatest_customer_id) over id_so_far as is_shared
    from days_of_ids
    window id_so_far as (
        partition by anonymous_id
        order by event_date
    )

),

shared_days as (

    select
        *,
        min(case when is_shared then event_date end) over (
            partition by anonymous_id
        ) as shared_date
    from days_so_far

),

int_anonymous_ids_stitched as (

    select
        ---------- ids
        anonymous_id,
        min(least_customer_id) as customer_id,

        ---------- dates
        shared_date,

        ---------- timestamps
        min(first_identified_at) as first_identified_at

    from shared_days
    where shared_date is null or event_date < shared_date
    group by anonymous_id, shared_date
    having min(least_customer_id) is not null

)

select * from int_anonymous_ids_stitched
