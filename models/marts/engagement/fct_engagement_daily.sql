with

events as (

    select * from {{ ref('int_events_identified') }}

),

fct_engagement_daily as (

    select
        ---------- ids
        customer_id,

        ---------- numerics
        count(*) as event_count,
        count(*) filter (where is_activity) as activity_count,
        count(*) filter (where is_stitched) as stitched_event_count,
        count(distinct session_id) as session_count,
        {% for event_type in [
            'page_view', 'product_view', 'add_to_cart', 'checkout', 'purchase',
            'search', 'login', 'app_open', 'email_sent', 'email_open', 'email_click',
            'unsubscribe'
        ] -%}
            count(*) filter (
                where event_type = '{{ event_type }}'
            ) as {{ event_type }}_count,
        {% endfor -%}
        count(*) filter (where channel = 'web') as web_event_count,
        count(*) filter (where channel = 'app') as app_event_count,
        count(*) filter (where channel = 'email') as email_event_count,
        count(*) filter (where channel = 'store') as store_event_count,

        ---------- booleans
        bool_or(is_activity) as is_active,
        bool_or(event_type in ('email_open', 'email_click')) as is_email_engaged,

        ---------- dates
        engagement_date,

        ---------- timestamps
        min(occurred_at) as first_event_at,
        max(occurred_at) as last_event_at

    from events
    group by customer_id, engagement_date

)

select * from fct_engagement_daily
