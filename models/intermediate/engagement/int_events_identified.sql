{#-
    Events without a customer are left out; stitching anonymous visits to the customer
    they turn out to be is a matter of its own.
-#}

with

events as (

    select * from {{ ref('stg_commerce__events') }}

),

customer_records as (

    select * from {{ ref('int_customer_records_resolved') }}
    where source_name = 'commerce'

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

{#
    Mail that we send, and mail that is opened (mail programs open it by themselves), is
    no activity of the customer; nor is turning away from us.
#}
int_events_identified as (

    select
        ---------- ids
        known_events.event_id,
        customer_records.customer_id,
        known_events.session_id,

        ---------- strings
        known_events.event_type,
        known_events.channel,

        ---------- booleans
        coalesce(
            known_events.event_type
            not in ('email_sent', 'email_open', 'unsubscribe'),
            false
        ) as is_activity,

        ---------- dates
        {{ market_date('known_events.occurred_at', 'countries.time_zone') }}
            as engagement_date,

        ---------- timestamps
        known_events.occurred_at

    from known_events
    inner join customer_records
        on known_events.customer_id = customer_records.source_record_id
    left join customers on customer_records.customer_id = customers.customer_id
    left join countries on customers.country_code = countries.country_code

)

select * from int_events_identified
