{{ config(unique_key = "contact_id") }}

with

source as (

    select * from {{ source('crm', 'contacts') }}
    {{ newly_loaded() }}

),

renamed as (

    select
        ---------- ids
        trim(id) as contact_id,
        {{ clean_text('loyalty_id') }} as loyalty_id,
        {{ clean_text('commerce_customer_id') }} as commerce_customer_id,

        ---------- strings
        {{ clean_text('firstname') }} as first_name,
        {{ clean_text('lastname') }} as last_name,
        {{ clean_text('email') }} as email,
        {{ clean_text('phone') }} as phone,
        {{ clean_text('mobilephone') }} as mobile_phone,
        {{ clean_text('gender') }} as gender,
        {{ clean_text('country') }} as country,
        {{ clean_text('city') }} as city,
        {{ clean_text('address') }} as address,
        {{ clean_text('zip') }} as postcode,
        {{ clean_text('lifecyclestage') }} as crm_lifecycle_stage,
        {{ clean_text('hs_merged_object_ids') }} as merged_contact_ids,

        ---------- booleans
        coalesce(archived, archived_at is not null) as is_deleted,

        ---------- dates
        date_of_birth as birth_date,

        ---------- timestamps
        cast(createdate as timestamp) as created_at,
        cast(lastmodifieddate as timestamp) as updated_at,
        cast(archived_at as timestamp) as deleted_at,

        ---------- metadata
        cast(greatest(lastmodifieddate, archived_at) as timestamp) as _changed_at,
        cast(_loaded_at as timestamp) as _first_loaded_at,
        cast(_loaded_at as timestamp) as _loaded_at,
        _batch_id,
        _source_position

    from source

),

{{ latest_versions('renamed', key=['contact_id']) }},

stg_crm__contacts as (

    select
        contact_id,
        loyalty_id,
        commerce_customer_id,
        first_name,
        last_name,
        email,
        phone,
        mobile_phone,
        gender,
        country,
        city,
        address,
        postcode,
        crm_lifecycle_stage,
        merged_contact_ids,
        is_deleted,
        birth_date,
        created_at,
        updated_at,
        deleted_at,
        _changed_at,
        _key_first_loaded_at as _first_loaded_at,
        _loaded_at,
        _batch_id,
        _source_position

    from latest_versions

)

select * from stg_crm__contacts
