{#-
    Visits without a login belong to the customer who is the only one to log in with their
    anonymous id, before or after; until somebody else does: then they are nobody's, but at a
    cut-off before that day nobody knew.
-#}

with

events as (

    select * from {{ ref('stg_commerce__events') }}

),

customer_records as (

    select * from {{ ref('int_customer_records_resolved') }}
    where source_name = 'commerce'

),

stitched_ids as (

    select * from {{ ref('int_anonymous_ids_stitched') }}

),

customers as (

    select * from {{ ref('int_customers_unified') }}

),

countries as (

    select * from {{ ref('countries') }}

),

as_of_date as (

    select * from {{ ref('int_as_of_date') }}

),

known_events as (

    select events.*
    from events
    inner join as_of_date
        on cast(events.occurred_at as date) <= as_of_date.as_of_date

),

{# An event that names an account is never given to another one. #}
owned_events as (

    select
        known_events.event_id,
        coalesce(customer_records.customer_id, stitched_ids.customer_id) as customer_id,
        known_events.session_id,
        known_events.event_type,
        known_events.channel,
        known_events.customer_id is null as is_stitched,
        known_events.occurred_at,
        greatest(
            known_events.occurred_at, stitched_ids.first_identified_at
        ) as identified_at,
        stitched_ids.shared_date as disowned_date
    from known_events
    left join customer_records
        on known_events.customer_id = customer_records.source_record_id
    left join stitched_ids
        on
            known_events.customer_id is null
            and known_events.anonymous_id = stitched_ids.anonymous_id
            and coalesce(
                cast(known_events.occurred_at as date) < stitched_ids.shared_date, true
            )

),

{#
    Mail that we send, and mail that is opened (mail programs open it by themselves), is
    no activity of the customer; nor is turning away from us.
#}
int_events_owned as (

    select
        ---------- ids
        owned_events.event_id,
        owned_events.customer_id,
        owned_events.session_id,

        ---------- strings
        owned_events.event_type,
        owned_events.channel,
        customers.country_code,
        customers.acquisition_channel,

        ---------- booleans
        coalesce(
            owned_events.event_type
            not in ('email_sent', 'email_open', 'unsubscribe'),
            false
        ) as is_activity,
        owned_events.is_stitched,

        ---------- dates
        {{ market_date('owned_events.occurred_at', 'countries.time_zone') }}
            as engagement_date,
        owned_events.disowned_date,

        ---------- timestamps
        owned_events.occurred_at,
        owned_events.identified_at

    from owned_events
    left join customers on owned_events.customer_id = customers.customer_id
    left join countries on customers.country_code = countries.country_code
    where owned_events.customer_id is not null

)

select * from int_events_owned
