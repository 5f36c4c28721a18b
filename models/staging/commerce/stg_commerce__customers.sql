{{ config(unique_key = "customer_id") }}

with

source as (

    select * from {{ source('commerce', 'customers') }}
    {{ newly_loaded() }}

),

renamed as (

    select
        ---------- ids
        trim(customer_id) as customer_id,

        ---------- strings
        {{ clean_text('full_name') }} as full_name,
        {{ clean_text('email') }} as email,
        {{ clean_text('phone') }} as phone,
        {{ clean_text('country') }} as country,
        {{ clean_text('city') }} as city,
        {{ clean_text('gender') }} as gender,
        {{ normalize_channel('acquisition_channel') }} as acquisition_channel,

        ---------- booleans
        deleted_at is not null as is_deleted,

        ---------- dates
        birth_date,
        registration_date,

        ---------- timestamps
        cast(updated_at as timestamp) as updated_at,
        cast(deleted_at as timestamp) as deleted_at,

        ---------- metadata
        cast(
            coalesce(greatest(updated_at, deleted_at), _loaded_at) as timestamp
        ) as _changed_at,
        cast(_loaded_at as timestamp) as _first_loaded_at,
        cast(_loaded_at as timestamp) as _loaded_at,
        _batch_id,
        _source_position,
        updated_at is null and deleted_at is null as _is_undated

    from source

),

{{ latest_versions(
    'renamed', key=['customer_id'], undated='_is_undated'
) }},

stg_commerce__customers as (

    select
        customer_id,
        full_name,
        email,
        phone,
        country,
        city,
        gender,
        acquisition_channel,
        is_deleted,
        birth_date,
        registration_date,
        updated_at,
        deleted_at,
        _key_changed_at as _changed_at,
        _key_first_loaded_at as _first_loaded_at,
        _loaded_at,
        _batch_id,
        _source_position,
        _key_is_undated as _is_undated

    from latest_versions

)

select * from stg_commerce__customers
