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
exploded_contacts as (

    select
        contact_id,
        explode(split(merged_contact_ids, ';')) as merged_contact_id
    from contacts
    where merged_contact_ids is not null

),

merged_contacts as (

    select distinct
        contact_id,
        trim(merged_contact_id) as merged_contact_id
    from exploded_contacts

),

{# Each record states each identifier once: `distinct` over all would take longer. #}
stated_identifiers as (

    {% for identifier_type, identifier_value in [
        ('email', 'email_key'),
        ('phone', 'phone'),
        ('phone', 'case when second_phone is distinct from phone then second_phone end'),
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
        merged_contact_id as identifier_value
    from merged_contacts
    where merged_contact_id <> contact_id

),

{# A system writes `null` for none, which dbt would read as null in a seed. #}
identifiers as (

    select * from stated_identifiers
    where lower(identifier_value) not in ('', 'null')

),

{#
    A number that hundreds of records carry is a shop's own phone, not a person's. The raw
    identifier is counted: names would divide its records into groups below the cap.
#}
counted_values as (

    select
        identifier_type,
        identifier_value,
        count(*) as record_count
    from identifiers
    group by identifier_type, identifier_value

),

judged_values as (

    select
        counted_values.*,
        placeholder_values.placeholder_value is null
        and counted_values.record_count
        <= {{ var('max_records_per_identifier') }} as is_usable
    from counted_values
    left join placeholder_values
        on
            counted_values.identifier_type = placeholder_values.identifier_type
            and {{ lower_text('counted_values.identifier_value') }}
            = placeholder_values.placeholder_value

),

{# Most values are one record's own, and need no second look. #}
noted_values as (

    select * from judged_values
    where record_count > 1 or not is_usable

),

int_customer_identifiers as (

    select
        identifiers.record_key,
        identifiers.identifier_type,
        identifiers.identifier_value,
        coalesce(noted_values.record_count, 1) as record_count,
        coalesce(noted_values.is_usable, true) as is_usable
    from identifiers
    left join noted_values
        on
            identifiers.identifier_type = noted_values.identifier_type
            and identifiers.identifier_value = noted_values.identifier_value

)

select * from int_customer_identifiers
