{{ config(unique_key = "event_id") }}

with

source as (

    select * from {{ source('commerce', 'events') }}
    {{ newly_loaded() }}

),

renamed as (

    select
        ---------- ids
        trim(event_id) as event_id,
        {{ clean_text('customer_id') }} as customer_id,
        {{ clean_text('anonymous_id') }} as anonymous_id,
        {{ clean_text('session_id') }} as session_id,

        ---------- strings
        {{ lower_text(clean_text('event_type')) }} as event_type,
        {{ lower_text(clean_text('channel')) }} as channel,
        properties,

        ---------- timestamps
        cast(occurred_at as timestamp) as occurred_at,
        cast(received_at as timestamp) as received_at,

        ---------- metadata
        cast(coalesce(received_at, _loaded_at) as timestamp) as _changed_at,
        cast(_loaded_at as timestamp) as _first_loaded_at,
        cast(_loaded_at as timestamp) as _loaded_at,
        _batch_id,
        _source_position

    from source

),

{{ latest_versions('renamed', key=['event_id']) }},

stg_commerce__events as (

    select
        event_id,
        customer_id,
        anonymous_id,
        session_id,
        event_type,
        channel,
        properties,
        occurred_at,
        received_at,
        _changed_at,
        _key_first_loaded_at as _first_loaded_at,
        _loaded_at,
        _batch_id,
        _source_position

    from latest_versions

)

select * from stg_commerce__events
