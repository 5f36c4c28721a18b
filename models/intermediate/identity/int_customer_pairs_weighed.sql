{#-
    What each comparison is worth, in bits (base-2 logarithms of odds): the points of its
    level, and for a name or place how rare it is. An email or phone that people of
    contradicting names or birth dates share is a household's, and between two who
    contradict each other it says nothing.
-#}

with

pairs as (

    select
        *,
        given_name_level = 'different' or birth_date_level = 'different'
            as is_contradicting
    from {{ ref('int_customer_pairs_compared') }}

),

match_points as (

    select * from {{ ref('match_points') }}

),

{% for identifier_type in ['email', 'phone'] %}
    household_{{ identifier_type }}s as (

        select common_{{ identifier_type }} as identifier_value
        from pairs
        where common_{{ identifier_type }} is not null
        group by common_{{ identifier_type }}
        having bool_or(is_contradicting)

    ),
{% endfor %}

judged_pairs as (

    select
        pairs.*,
        {% for identifier in ['email', 'phone'] %}
            case
                when pairs.{{ identifier }}_level <> 'equal'
                    then pairs.{{ identifier }}_level
                when pairs.is_contradicting then null
                when household_{{ identifier }}s.identifier_value is not null
                    then 'shared'
                else pairs.{{ identifier }}_level
            end as judged_{{ identifier }}_level,
        {% endfor %}
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
        end as judged_birth_date_level
    from pairs
    left join household_emails
        on pairs.common_email = household_emails.identifier_value
    left join household_phones
        on pairs.common_phone = household_phones.identifier_value

),

int_customer_pairs_weighed as (

    select
        judged_pairs.source_node,
        judged_pairs.target_node,
        judged_pairs.given_name_level,
        judged_pairs.family_name_level,
        judged_pairs.name_order_level,
        judged_pairs.judged_birth_date_level as birth_date_level,
        judged_pairs.gender_level,
        judged_pairs.judged_email_level as email_level,
        judged_pairs.judged_phone_level as phone_level,
        judged_pairs.loyalty_id_level,
        judged_pairs.account_level,
        judged_pairs.address_level,
        judged_pairs.postcode_level,
        judged_pairs.city_level,
        {% for attribute in [
            'given_name', 'family_name', 'address', 'postcode', 'city'
        ] %}
            case
                when {{ attribute }}_points.adds_rarity
                    then
                        greatest(
                            {{ attribute }}_points.points + {{ attribute }}_rarity, 0
                        )
                else {{ attribute }}_points.points
            end as {{ attribute }}_points,
        {% endfor %}
        {% for attribute in [
            'name_order', 'birth_date', 'gender', 'email', 'phone', 'loyalty_id', 'account'
        ] %}
            {{ attribute }}_points.points as {{ attribute }}_points
            {%- if not loop.last %},{% endif %}
        {% endfor %}
    from judged_pairs
    {% for attribute, level in [
        ('given_name', 'given_name_level'),
        ('family_name', 'family_name_level'),
        ('name_order', 'name_order_level'),
        ('birth_date', 'judged_birth_date_level'),
        ('gender', 'gender_level'),
        ('email', 'judged_email_level'),
        ('phone', 'judged_phone_level'),
        ('loyalty_id', 'loyalty_id_level'),
        ('account', 'account_level'),
        ('address', 'address_level'),
        ('postcode', 'postcode_level'),
        ('city', 'city_level')
    ] %}
        left join match_points as {{ attribute }}_points
            on
                judged_pairs.{{ level }} = {{ attribute }}_points.level
                and {{ attribute }}_points.attribute = '{{ attribute }}'
    {% endfor %}

)

select * from int_customer_pairs_weighed
