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

email_providers as (

    select * from {{ ref('email_providers') }}

),

name_variants as (

    select * from {{ ref('name_variants') }}

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
        end") }} as family_names,
        {{ normalize_name('city') }} as city_names,
        {{ normalize_email('email') }} as normalized_email
    from located

),

{# Ahmed Ali and Ahmed Mohamed Ali are compared by their outer words. #}
worded as (

    select
        *,
        split_part({{ joined_name('given_names') }}, ' ', 1) as given_word,
        regexp_extract({{ joined_name('family_names') }}, '([^ ]+)$', 1)
            as family_word
    from named

),

int_customer_records_normalized as (

    select
        worded.source_name || ':' || worded.source_record_id as record_key,
        worded.source_name,
        worded.source_record_id,

        worded.full_name,
        {% for name in ['given', 'family'] %}
        {#- Names that only look as if they had an article are in the list as they are. #}
        case
            when {{ name }}_spelling.name is not null then worded.{{ name }}_word
            else {{ without_article('worded.' ~ name ~ '_word') }}
        end as {{ name }}_name_key,
        coalesce(
            {{ name }}_spelling.name,
            bare_{{ name }}_spelling.name,
            {{ without_article('worded.' ~ name ~ '_word') }}
        ) as {{ name }}_name,
        coalesce({{ name }}_spelling.name, bare_{{ name }}_spelling.name) is not null
            as is_{{ name }}_name_known,
        {% endfor %}
        worded.normalized_email as email,
        {{ email_key('worded.normalized_email', 'provider', 'other_provider') }}
            as email_key,
        {{ normalize_phone('worded.phone', 'worded.dialling_code') }} as phone,
        {{ normalize_phone('worded.second_phone', 'worded.dialling_code') }}
            as second_phone,
        {{ normalize_gender('worded.gender') }} as gender,
        worded.country_code,
        worded.city,
        replace({{ joined_name('worded.city_names') }}, ' ', '') as city_key,
        worded.address,
        {{ address_key('worded.address') }} as address_key,
        {{ house_number('worded.address') }} as house_number,
        worded.postcode,
        {{ postcode_key('worded.postcode') }} as postcode_key,
        worded.loyalty_id,
        {{ upper_code('trim(worded.loyalty_id)') }} as loyalty_id_key,
        worded.commerce_customer_id,
        worded.acquisition_channel,

        worded.is_deleted,

        worded.birth_date,

        worded.registered_at,
        worded._changed_at,
        worded._first_loaded_at

    from worded
    left join email_providers as provider
        on split_part(worded.normalized_email, '@', 2) = provider.domain
    left join email_providers as other_provider
        on other_provider.domain = '*'
    {% for name in ['given', 'family'] %}
    left join name_variants as {{ name }}_spelling
        on worded.{{ name }}_word = {{ name }}_spelling.spelling
    left join name_variants as bare_{{ name }}_spelling
        on
            {{ without_article('worded.' ~ name ~ '_word') }}
            = bare_{{ name }}_spelling.spelling
    {% endfor %}

)

select * from int_customer_records_normalized
