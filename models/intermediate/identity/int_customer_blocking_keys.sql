{#-
    What brings two records together to be compared: an identifier, or parts of what is
    known of the person that are rare together. Each rule finds pairs that an error in
    another part would hide. How many records a key may bring together is for
    `blocking_rules` to say.
-#}
{{ config(materialized = 'view') }}

{#- Beginnings of names, so that a slip at their end is none; each one once. -#}
{%- set birth_day = "cast(birth_date as string)" -%}
{%- set given_names = "left(given_name, 3) || '|' || left(family_name, 1)" -%}
{%- set family_names =
    "nullif(left(family_name, 3) || '|' || left(given_name, 1), " ~ given_names ~ ")"
-%}
{%- set family_beginning = 'nullif(left(family_name, 3), left(given_name, 3))' -%}
{%- set both_names -%}
    case
        when given_name <= family_name then given_name || '|' || family_name
        else family_name || '|' || given_name
    end
{%- endset -%}

{#- Names of either kind are keys of one rule: they may stand in exchanged places. -#}
{%- set rules = [
    ('mailbox', ['mailbox']),
    ('names', [both_names]),
    ('address', ['address']),
    ('birth_date', [birth_day]),
    ('birth_date_and_names', [birth_day, given_names]),
    ('birth_date_and_names', [birth_day, family_names]),
    ('birth_date_and_city', [birth_day, 'city', 'left(given_name, 3)']),
    ('birth_date_and_city', [birth_day, 'city', family_beginning]),
    ('birth_date_and_postcode', [birth_day, 'postcode']),
    ('birth_date_and_house_number', [birth_day, 'house_number']),
    ('postcode_and_given_name', ['postcode', 'left(given_name, 3)']),
    ('postcode_and_names', ['postcode', given_names]),
    ('postcode_and_names', ['postcode', family_names]),
    ('postcode_and_house_number', ['postcode', 'house_number', 'left(given_name, 3)']),
    ('address_and_names', ['address', given_names]),
    ('address_and_names', ['address', family_names])
] -%}

with

derived_keys as (

    {# Each rule reads the table: DuckDB would keep a common expression in memory. #}
    {% for blocking_rule, parts in rules %}
        select
            record_key,
            '{{ blocking_rule }}' as blocking_rule,
            {{ parts | join(" || '|' || ") }} as blocking_key
        from {{ ref('int_customer_records_comparable') }}
        {% if not loop.last %} union all {% endif %}
    {% endfor %}

),

identifiers as (

    select * from {{ ref('int_customer_identifiers') }}
    where is_usable and record_count > 1

),

int_customer_blocking_keys as (

    select
        record_key,
        blocking_rule,
        blocking_key
    from derived_keys
    where blocking_key is not null

    union all

    select
        record_key,
        identifier_type as blocking_rule,
        identifier_value as blocking_key
    from identifiers

)

select * from int_customer_blocking_keys
