{#-
    What is compared of a record. An identifier that too many records carry is a shop's
    own number, not a person's: it is taken for missing, so that it speaks neither for
    nor against anybody.
-#}
{%- set identifiers_compared = [
    ('email_key', 'email', 'email'),
    ('phone', 'phone', 'phone'),
    ('second_phone', 'phone', 'second_phone'),
    ('loyalty_id_key', 'loyalty_id', 'loyalty_id')
] -%}
{%- set max_name = var('max_name_rarity') -%}
{%- set max_place = var('max_place_rarity') -%}
{#- Names in exchanged places are as rare as they are there. -#}
{%- set rarities = [
    ('given_name', 'given_name', 'given_name_rarity', max_name),
    ('family_name', 'family_name', 'family_name_rarity', max_name),
    ('given_name', 'family_name', 'given_name_rarity_as_family_name', max_name),
    ('family_name', 'given_name', 'family_name_rarity_as_given_name', max_name),
    ('postcode', 'postcode', 'postcode_rarity', max_place),
    ('address', 'address', 'address_rarity', max_place),
    ('city', 'city', 'city_rarity', max_place)
] -%}

with

records as (

    select * from {{ ref('int_customer_records_normalized') }}

),

identifiers as (

    select * from {{ ref('int_customer_identifiers') }}

),

value_rarities as (

    select * from {{ ref('int_customer_value_rarities') }}

),

unusable_identifiers as (

    select distinct
        identifier_type,
        identifier_value
    from identifiers
    where not is_usable

),

usable_records as (

    select
        records.record_key,
        records.given_name_key,
        records.given_name,
        records.family_name_key,
        records.family_name,
        {% for column_name, identifier_type, alias in identifiers_compared %}
            case
                when unusable_{{ alias }}.identifier_value is null
                    then records.{{ column_name }}
            end as {{ alias }},
        {% endfor %}
        records.gender,
        records.postcode_key as postcode,
        records.address_key as address,
        records.house_number,
        records.city_key as city,
        records.is_given_name_known,
        records.is_family_name_known,
        records.birth_date
    from records
    {% for column_name, identifier_type, alias in identifiers_compared %}
        left join unusable_identifiers as unusable_{{ alias }}
            on
                records.{{ column_name }} = unusable_{{ alias }}.identifier_value
                and unusable_{{ alias }}.identifier_type = '{{ identifier_type }}'
    {% endfor %}

),

{# Only values more common than the cap have a row. #}
int_customer_records_comparable as (

    select
        usable_records.*,
        {#- A shorter mailbox name is anybody's at another provider. #}
        case
            when length(split_part(usable_records.email, '@', 1)) >= 6
                then split_part(usable_records.email, '@', 1)
        end as mailbox,
        {% for column_name, attribute, alias, most_points in rarities %}
            coalesce({{ alias }}.rarity_points, {{ most_points }}) as {{ alias }}
            {%- if not loop.last %},{% endif %}
        {% endfor %}
    from usable_records
    {% for column_name, attribute, alias, most_points in rarities %}
        left join value_rarities as {{ alias }}
            on
                usable_records.{{ column_name }} = {{ alias }}.value
                and {{ alias }}.attribute = '{{ attribute }}'
    {% endfor %}

)

select * from int_customer_records_comparable
