with

records as (

    select * from {{ ref('int_customer_records_completed') }}

),

country_aliases as (

    select * from {{ ref('country_aliases') }}

),

countries as (

    select * from {{ ref('countries') }}

),

located as (

    select
        records.*,
        countries.country_code,
        countries.dialling_code
    from records
    left join country_aliases
        on {{ lower_text('trim(records.country)') }} = country_aliases.alias
    left join countries
        on country_aliases.country_code = countries.country_code

),

{# A source that knows one name field writes "Given Family" or "Family, Given". #}
named as (

    select
        *,
        {{ normalize_name("case
            when first_name is not null or last_name is not null then first_name
            when full_name like '%,%' then split_part(full_name, ',', 2)
            else full_name
        end") }} as given_names,
        {{ normalize_name("case
            when first_name is not null or last_name is not null then last_name
            when full_name like '%,%' then split_part(full_name, ',', 1)
            when full_name like '% %' then full_name
        end") }} as family_names
    from located

),

int_customer_records_normalized as (

    select
        source_name || ':' || source_record_id as record_key,
        source_name,
        source_record_id,

        full_name,
        {#- Ahmed Ali and Ahmed Mohamed Ali are compared by their outer words. #}
        split_part(given_names, ' ', 1) as given_name_key,
        regexp_extract(family_names, '([^ ]+)$', 1) as family_name_key,
        {{ normalize_email('email') }} as email,
        {{ normalize_phone('phone', 'dialling_code') }} as phone,
        {{ normalize_phone('second_phone', 'dialling_code') }} as second_phone,
        {{ normalize_gender('gender') }} as gender,
        country_code,
        city,
        address,
        postcode,
        loyalty_id,
        commerce_customer_id,
        acquisition_channel,

        is_deleted,

        birth_date,

        registered_at,
        _changed_at,
        _first_loaded_at

    from named

)

select * from int_customer_records_normalized
