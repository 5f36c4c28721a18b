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

{#- A merge names any number of contacts: one row for each. #}
positions as (

    {{ dbt.generate_series(upper_bound=100) }}

),

merged_contacts as (

    select
        contacts.contact_id,
        trim(
            split_part(
                contacts.merged_contact_ids, ';', cast(positions.generated_number as int)
            )
        ) as merged_contact_id
    from contacts
    inner join positions
        on
            positions.generated_number
            <= 1 + length(contacts.merged_contact_ids)
            - length(replace(contacts.merged_contact_ids, ';', ''))

),

stated_identifiers as (

    select
        record_key,
        'email' as identifier_type,
        email as identifier_value
    from records

    union

    select
        record_key,
        'phone' as identifier_type,
        phone as identifier_value
    from records

    union

    select
        record_key,
        'phone' as identifier_type,
        second_phone as identifier_value
    from records

    union

    select
        record_key,
        'loyalty_id' as identifier_type,
        upper(loyalty_id) as identifier_value
    from records

    union

    select
        record_key,
        'commerce_customer_id' as identifier_type,
        commerce_customer_id as identifier_value
    from records

    union

    select
        record_key,
        'crm_contact_id' as identifier_type,
        source_record_id as identifier_value
    from records
    where source_name = 'crm'

    union

    select
        'crm:' || contact_id as record_key,
        'crm_contact_id' as identifier_type,
        merged_contact_id as identifier_value
    from merged_contacts

),

int_customer_identifiers as (

    select
        stated_identifiers.record_key,
        stated_identifiers.identifier_type,
        stated_identifiers.identifier_value,
        identifier_types.is_shareable,
        count(*) over (
            partition by
                stated_identifiers.identifier_type,
                stated_identifiers.identifier_value
        ) as record_count
    from stated_identifiers
    inner join identifier_types
        on stated_identifiers.identifier_type = identifier_types.identifier_type
    left join placeholder_values
        on
            stated_identifiers.identifier_type = placeholder_values.identifier_type
            and stated_identifiers.identifier_value
            = placeholder_values.placeholder_value
    where
        nullif(stated_identifiers.identifier_value, '') is not null
        and placeholder_values.placeholder_value is null

)

select * from int_customer_identifiers
