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
        ('email', 'email_key'),
        ('phone', 'phone'),
        ('phone', 'second_phone'),
        ('loyalty_id', 'loyalty_id_key'),
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

counted_identifiers as (

    select
        *,
        count(*) over (partition by identifier_type, identifier_value) as record_count
    from distinct_identifiers

),

{#
    A number that hundreds of records carry is a shop's own phone, not a person's. The raw
    identifier is counted: names would divide its records into groups below the cap.
#}
int_customer_identifiers as (

    select
        counted_identifiers.record_key,
        counted_identifiers.identifier_type,
        counted_identifiers.identifier_value,
        counted_identifiers.record_count,
        placeholder_values.placeholder_value is null
        and counted_identifiers.record_count
        <= {{ var('max_records_per_identifier') }} as is_usable
    from counted_identifiers
    left join placeholder_values
        on
            counted_identifiers.identifier_type = placeholder_values.identifier_type
            and {{ lower_text('counted_identifiers.identifier_value') }}
            = placeholder_values.placeholder_value

)

select * from int_customer_identifiers
