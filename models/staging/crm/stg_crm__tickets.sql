{{ config(unique_key = "ticket_id") }}

with

source as (

    select * from {{ source('crm', 'tickets') }}
    {{ newly_loaded() }}

),

renamed as (

    select
        ---------- ids
        trim(id) as ticket_id,
        {{ clean_text('contact_id') }} as contact_id,

        ---------- strings
        {{ clean_text('subject') }} as subject,
        {{ lower_text(clean_text('hs_pipeline_stage')) }} as pipeline_stage,
        {{ lower_text(clean_text('hs_ticket_priority')) }} as priority,

        ---------- numerics
        satisfaction_score,

        ---------- booleans
        coalesce(archived, archived_at is not null) as is_deleted,

        ---------- timestamps
        cast(createdate as timestamp) as opened_at,
        cast(closed_date as timestamp) as closed_at,
        cast(hs_lastmodifieddate as timestamp) as updated_at,
        cast(archived_at as timestamp) as deleted_at,

        ---------- metadata
        cast(greatest(hs_lastmodifieddate, archived_at) as timestamp) as _changed_at,
        cast(_loaded_at as timestamp) as _first_loaded_at,
        cast(_loaded_at as timestamp) as _loaded_at,
        _batch_id,
        _source_position

    from source

),

{{ latest_versions('renamed', key=['ticket_id']) }},

stg_crm__tickets as (

    select
        ticket_id,
        contact_id,
        subject,
        pipeline_stage,
        priority,
        satisfaction_score,
        is_deleted,
        opened_at,
        closed_at,
        updated_at,
        deleted_at,
        _changed_at,
        _key_first_loaded_at as _first_loaded_at,
        _loaded_at,
        _batch_id,
        _source_position

    from latest_versions

)

select * from stg_crm__tickets
