with

commerce_customers as (

    select * from {{ ref('stg_commerce__customers') }}

),

contacts as (

    select * from {{ ref('stg_crm__contacts') }}

),

shop_customers as (

    select * from {{ ref('stg_shop__customers') }}

),

int_customer_records_unioned as (

    select
        'commerce' as source_name,
        customer_id as source_record_id,
        full_name,
        cast(null as string) as first_name,
        cast(null as string) as last_name,
        email,
        phone,
        cast(null as string) as second_phone,
        gender,
        country,
        city,
        cast(null as string) as address,
        cast(null as string) as postcode,
        cast(null as string) as loyalty_id,
        customer_id as commerce_customer_id,
        acquisition_channel,
        is_deleted,
        birth_date,
        cast(registration_date as timestamp) as registered_at,
        _changed_at,
        _first_loaded_at
    from commerce_customers

    union all

    select
        'crm' as source_name,
        contact_id as source_record_id,
        nullif(concat_ws(' ', first_name, last_name), '') as full_name,
        first_name,
        last_name,
        email,
        mobile_phone as phone,
        phone as second_phone,
        gender,
        country,
        city,
        address,
        postcode,
        loyalty_id,
        commerce_customer_id,
        cast(null as string) as acquisition_channel,
        is_deleted,
        birth_date,
        created_at as registered_at,
        _changed_at,
        _first_loaded_at
    from contacts

    union all

    select
        'shop' as source_name,
        customer_id as source_record_id,
        nullif(concat_ws(' ', first_name, last_name), '') as full_name,
        first_name,
        last_name,
        email,
        phone,
        cast(null as string) as second_phone,
        gender,
        country,
        city,
        address,
        postcode,
        loyalty_id,
        commerce_customer_id,
        cast(null as string) as acquisition_channel,
        is_deleted,
        birth_date,
        created_at as registered_at,
        _changed_at,
        _first_loaded_at
    from shop_customers

)

select * from int_customer_records_unioned
