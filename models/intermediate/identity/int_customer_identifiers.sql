with

records as (

    select * from {{ ref('int_customer_records_normalized') }}

),

contacts as (

    select * from {{ ref('stg_crm__contacts') }}

),

placeholder_values as (

    select * from {{ ref('placeholder_values') }}

),

identifier_types as (

    select * from {{ ref('identifier_types') }}

),

{# A merge names any number of contacts: one row for each. #}
merged_contacts as (

    select
        contact_id,
        explode(split(merged_contact_ids, ';')) as merged_contact_id
    from contacts
    where merged_contact_ids is not null

),

stated_identifiers as (

    {% for identifier_type, identifier_value in [
        ('email', 'email'),
        ('phone', 'phone'),
        ('phone', 'second_phone'),
        ('loyalty_id', upper_code('loyalty_id')),
        ('commerce_customer_id', 'commerce_customer_id'),
        ('crm_contact_id', "case when source_name = 'crm' then source_record_id end")
    ] %}
        select
            record_key,
            '{{ identifier_type }}' as identifier_type,
            {{ identifier_value }} as identifier_value
        from records

        union all
    {% endfor %}

    select
        'crm:' || contact_id as record_key,
        'crm_contact_id' as identifier_type,
        trim(merged_contact_id) as identifier_value
    from merged_contacts

),

{# A system writes `null` for none, which dbt would read as null in a seed. #}
distinct_identifiers as (

    select
        record_key,
        identifier_type,
        identifier_value
    from stated_identifiers
    where {{ lower_text('identifier_value') }} not in ('', 'null')
    group by record_key, identifier_type, identifier_value

),

int_customer_identifiers as (

    select
        distinct_identifiers.record_key,
        distinct_identifiers.identifier_type,
        distinct_identifiers.identifier_value,
        identifier_types.is_shareable,
        count(*) over (
            partition by
                distinct_identifiers.identifier_type,
                distinct_identifiers.identifier_value
        ) as record_count
    from distinct_identifiers
    inner join identifier_types
        on distinct_identifiers.identifier_type = identifier_types.identifier_type
    left join placeholder_values
        on
            distinct_identifiers.identifier_type = placeholder_values.identifier_type
            and {{ lower_text('distinct_identifiers.identifier_value') }}
            = placeholder_values.placeholder_value
    where placeholder_values.placeholder_value is null

)

select * from int_customer_identifiers
