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

{# A source that knows one name field writes "Given Family" or "Family, Given". #}
located as (

    select
        records.*,
        countries.country_code,
        countries.dialling_code,
        case
            when coalesce(records.first_name, records.last_name) is not null
                then records.first_name
            when records.full_name like '%,%' then split_part(records.full_name, ',', 2)
            else records.full_name
        end as written_given_names,
        case
            when coalesce(records.first_name, records.last_name) is not null
                then records.last_name
            when records.full_name like '%,%' then split_part(records.full_name, ',', 1)
            when records.full_name like '% %' then records.full_name
        end as written_family_names
    from records
    left join country_aliases
        on {{ lower_text('trim(records.country)') }} = country_aliases.alias
    left join countries
        on country_aliases.country_code = countries.country_code

),

named as (

    select
        *,
        {{ normalize_name('written_given_names') }} as given_names,
        {{ normalize_name('written_family_names') }} as family_names,
        {{ normalize_name('city') }} as city_names,
        {{ normalize_email('email') }} as normalized_email,
        {{ phone_digits('phone') }} as phone_number,
        {{ phone_digits('second_phone') }} as second_phone_number
    from located

),

{# Ahmed Ali and Ahmed Mohamed Ali are compared by their outer words. #}
worded as (

    select
        *,
        split_part({{ joined_name('given_names') }}, ' ', 1) as given_word,
        split_part({{ joined_name('family_names') }}, ' ', -1) as family_word
    from named

),

int_customer_records_normalized as (

    select
        worded.source_name || ':' || worded.source_record_id as record_key,
        worded.source_name,
        worded.source_record_id,

        worded.full_name,
        {% for name in ['given', 'family'] %}
            {#- What only looks as if it had an article is listed as it is. #}
            case
                when {{ name }}_spelling.name is not null then worded.{{ name }}_word
                else {{ without_article('worded.' ~ name ~ '_word') }}
            end as {{ name }}_name_key,
            coalesce(
                {{ name }}_spelling.name,
                bare_{{ name }}_spelling.name,
                {{ without_article('worded.' ~ name ~ '_word') }}
            ) as {{ name }}_name,
            {{ name }}_spelling.name is not null
            or bare_{{ name }}_spelling.name is not null as is_{{ name }}_name_known,
        {% endfor %}
        worded.normalized_email as email,
        {{ email_key(
            'worded.normalized_email', 'mail_provider', 'other_mail_provider'
        ) }} as email_key,
        {{ e164_number('worded.phone_number', 'worded.dialling_code') }} as phone,
        {{ e164_number('worded.second_phone_number', 'worded.dialling_code') }}
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
    left join email_providers as mail_provider
        on split_part(worded.normalized_email, '@', 2) = mail_provider.domain
    left join email_providers as other_mail_provider
        on other_mail_provider.domain = '*'
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
