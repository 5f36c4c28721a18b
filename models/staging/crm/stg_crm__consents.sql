{{ config(unique_key = "consent_id") }}

with

source as (

    select * from {{ source('crm', 'consents') }}
    {{ newly_loaded() }}

),

renamed as (

    select
        ---------- ids
        trim(id) as consent_id,
        {{ clean_text('contact_id') }} as contact_id,

        ---------- strings
        {{ lower_text(clean_text('channel')) }} as channel,
        {{ lower_text(clean_text('purpose')) }} as purpose,
        {{ lower_text(clean_text('status')) }} as status,
        {{ clean_text('source') }} as consent_source,

        ---------- booleans
        coalesce(archived, archived_at is not null) as is_deleted,

        ---------- timestamps
        cast(changed_at as timestamp) as consented_at,
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

{{ latest_versions('renamed', key=['consent_id']) }},

stg_crm__consents as (

    select
        consent_id,
        contact_id,
        channel,
        purpose,
        status,
        consent_source,
        is_deleted,
        consented_at,
        updated_at,
        deleted_at,
        _changed_at,
        _key_first_loaded_at as _first_loaded_at,
        _loaded_at,
        _batch_id,
        _source_position

    from latest_versions

)

select * from stg_crm__consents
