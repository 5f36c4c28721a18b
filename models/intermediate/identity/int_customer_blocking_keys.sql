{#-
    What brings two records together to be compared: an identifier, or a part of what is
    known of the person. Each rule finds pairs that an error in another part would hide;
    `blocking_rules` says how many records one key may bring together.
-#}

with

records as (

    select * from {{ ref('int_customer_records_comparable') }}

),

identifiers as (

    select * from {{ ref('int_customer_identifiers') }}
    where is_usable and record_count > 1

),

blocking_rules as (

    select * from {{ ref('blocking_rules') }}

),

{# Names in one order, whichever the record has them in. #}
prepared_records as (

    select
        record_key,
        given_name,
        family_name,
        postcode,
        address,
        city,
        case
            when given_name <= family_name then given_name || '|' || family_name
            else family_name || '|' || given_name
        end as both_names,
        mailbox,
        cast(birth_date as string) as birth_day
    from records

),

derived_keys as (

    {% for blocking_rule, blocking_key in [
        ('mailbox', 'mailbox'),
        ('names', 'both_names'),
        ('names_and_city', "both_names || '|' || city"),
        ('birth_date_and_given_name', "birth_day || '|' || left(given_name, 3)"),
        ('birth_date_and_family_name', "birth_day || '|' || left(family_name, 3)"),
        ('birth_date_and_postcode', "birth_day || '|' || postcode"),
        ('given_name_and_postcode', "left(given_name, 4) || '|' || postcode"),
        ('family_name_and_postcode', "left(family_name, 4) || '|' || postcode"),
        ('given_name_and_address', "left(given_name, 3) || '|' || address"),
        ('address', 'address')
    ] %}
        select
            record_key,
            '{{ blocking_rule }}' as blocking_rule,
            {{ blocking_key }} as blocking_key
        from prepared_records

        union all
    {% endfor %}

    select
        record_key,
        identifier_type as blocking_rule,
        identifier_value as blocking_key
    from identifiers

),

{# A key that brings too many together is chance. Grouped: a window is twice as slow. #}
sized_keys as (

    select
        derived_keys.blocking_rule,
        derived_keys.blocking_key,
        count(*) as record_count
    from derived_keys
    inner join blocking_rules
        on derived_keys.blocking_rule = blocking_rules.blocking_rule
    where derived_keys.blocking_key is not null
    group by
        derived_keys.blocking_rule,
        derived_keys.blocking_key,
        blocking_rules.max_record_count
    having count(*) between 2 and blocking_rules.max_record_count

),

int_customer_blocking_keys as (

    select
        derived_keys.record_key,
        derived_keys.blocking_rule,
        derived_keys.blocking_key
    from derived_keys
    inner join sized_keys
        on
            derived_keys.blocking_rule = sized_keys.blocking_rule
            and derived_keys.blocking_key = sized_keys.blocking_key

)

select * from int_customer_blocking_keys
