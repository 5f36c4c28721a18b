{{ config(unique_key = "customer_id") }}

with

source as (

    select * from {{ source('shop', 'customers') }}
    {{ newly_loaded() }}

),

renamed as (

    select
        ---------- ids
        trim(customer_id) as customer_id,
        {{ clean_text('loyalty_id') }} as loyalty_id,
        {{ clean_text('commerce_customer_id') }} as commerce_customer_id,

        ---------- strings
        {{ clean_text('first_name') }} as first_name,
        {{ clean_text('last_name') }} as last_name,
        {{ clean_text('email') }} as email,
        {{ clean_text('phone') }} as phone,
        {{ clean_text('gender') }} as gender,
        {{ clean_text('country') }} as country,
        {{ clean_text('city') }} as city,
        {{ clean_text('address') }} as address,
        {{ clean_text('postcode') }} as postcode,

        ---------- booleans
        deleted_at is not null as is_deleted,

        ---------- dates
        birth_date,

        ---------- timestamps
        cast(created_at as timestamp) as created_at,
        cast(updated_at as timestamp) as updated_at,
        cast(deleted_at as timestamp) as deleted_at,

        ---------- metadata
        cast(greatest(updated_at, deleted_at) as timestamp) as _changed_at,
        cast(_loaded_at as timestamp) as _first_loaded_at,
        cast(_loaded_at as timestamp) as _loaded_at,
        _batch_id,
        _source_position

    from source

),

{{ latest_versions('renamed', key=['customer_id']) }},

stg_shop__customers as (

    select
        customer_id,
        loyalty_id,
        commerce_customer_id,
        first_name,
        last_name,
        email,
        phone,
        gender,
        country,
        city,
        address,
        postcode,
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

select * from stg_shop__customers
