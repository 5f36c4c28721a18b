{#-
    What each comparison is worth, in bits (base-2 logarithms of odds): the points of its
    level, and for a name or place how rare it is. An email or phone that people of
    contradicting names or birth dates share is a household's, and between two who
    contradict each other it says nothing.
-#}
{{ config(materialized = 'view') }}

{%- set levels = match_levels() -%}
{%- set with_rarity = ['given_name', 'family_name', 'address', 'postcode', 'city'] -%}

with

pairs as (

    select * from {{ ref('int_customer_pairs_compared') }}

),

{% for identifier_type in ['email', 'phone'] %}
    household_{{ identifier_type }}s as (

        select identifier_value
        from {{ ref('int_customer_identifiers_shared') }}
        where identifier_type = '{{ identifier_type }}'

    ),
{% endfor %}

{# One row: to join twelve levels of each pair takes three times as long. #}
pivoted_points as (

    select
        {% for attribute, attribute_levels in levels.items() %}
            {{ pivoted_level_points(attribute, attribute_levels) }}
            {%- if not loop.last %},{% endif %}
        {% endfor %}
    from {{ ref('match_points') }}

),

judged_pairs as (

    select
        pairs.source_node,
        pairs.target_node,
        pairs.given_name_level,
        pairs.family_name_level,
        pairs.name_order_level,
        case
            when
                pairs.birth_date_level = 'equal'
                and pairs.given_name_level = 'different'
                and coalesce(pairs.common_email, pairs.common_phone) is not null
                then 'equal_in_household'
            when
                pairs.birth_date_level = 'different'
                and coalesce(pairs.common_email, pairs.common_phone) is not null
                then 'different_in_household'
            else pairs.birth_date_level
        end as birth_date_level,
        pairs.gender_level,
        {% for identifier in ['email', 'phone'] %}
            case
                when pairs.{{ identifier }}_level <> 'equal'
                    then pairs.{{ identifier }}_level
                when
                    pairs.given_name_level = 'different'
                    or pairs.birth_date_level = 'different'
                    then null
                when household_{{ identifier }}s.identifier_value is not null
                    then 'shared'
                else pairs.{{ identifier }}_level
            end as {{ identifier }}_level,
        {% endfor %}
        pairs.loyalty_id_level,
        pairs.account_level,
        pairs.address_level,
        pairs.postcode_level,
        pairs.city_level,
        {% for attribute in with_rarity %}
            pairs.{{ attribute }}_rarity
            {%- if not loop.last %},{% endif %}
        {% endfor %}
    from pairs
    left join household_emails
        on pairs.common_email = household_emails.identifier_value
    left join household_phones
        on pairs.common_phone = household_phones.identifier_value

),

int_customer_pairs_weighed as (

    select
        judged_pairs.*,
        {% for attribute, attribute_levels in levels.items() %}
            {{ level_points(attribute, attribute_levels, attribute in with_rarity) }}
                as {{ attribute }}_points
            {%- if not loop.last %},{% endif %}
        {% endfor %}
    from judged_pairs
    cross join pivoted_points

)

select * from int_customer_pairs_weighed
