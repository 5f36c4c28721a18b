{#-
    How two records compare, attribute by attribute, in words; what the words are worth
    is a matter of `match_points`.
-#}

with

proposed_pairs as (

    select * from {{ ref('int_customer_pairs_proposed') }}

),

records as (

    select * from {{ ref('int_customer_records_comparable') }}

),

compared_pairs as (

    select
        proposed_pairs.source_node,
        proposed_pairs.target_node,
        {% for name, other_name in [
            ('given_name', 'family_name'), ('family_name', 'given_name')
        ] %}
            {{ compare_names('one', name, 'two', name) }}
                as straight_{{ name }}_level,
            case
                when
                    one.given_name <> two.given_name
                    and one.family_name <> two.family_name
                    then {{ compare_names('one', name, 'two', other_name) }}
            end as crossed_{{ name }}_level,
            greatest(one.{{ name }}_rarity, two.{{ name }}_rarity)
                as straight_{{ name }}_rarity,
            least(
                one.{{ name }}_rarity_as_{{ other_name }},
                two.{{ other_name }}_rarity_as_{{ name }}
            ) as crossed_{{ name }}_rarity,
        {% endfor %}
        {{ compare_birth_dates('one.birth_date', 'two.birth_date') }}
            as birth_date_level,
        case
            when one.gender <> two.gender then 'different'
            when one.gender = two.gender then 'equal'
        end as gender_level,
        case
            when one.email is null or two.email is null then null
            when one.email = two.email then 'equal'
            when one.mailbox = two.mailbox then 'near'
            when {{ is_near_text('one.mailbox', 'two.mailbox') }} then 'near'
            else 'different'
        end as email_level,
        case
            when {{ common_phone('one', 'two') }} is not null then 'equal'
            when
                coalesce(one.phone, one.second_phone) is not null
                and coalesce(two.phone, two.second_phone) is not null
                then 'different'
        end as phone_level,
        {{ compare_codes('one.loyalty_id', 'two.loyalty_id') }} as loyalty_id_level,
        case when proposed_pairs.is_same_account then 'equal' end as account_level,
        {{ compare_addresses('one', 'two') }} as address_level,
        {{ compare_codes('one.postcode', 'two.postcode') }} as postcode_level,
        case
            when one.city = two.city then 'equal'
            when {{ similarity('one.city', 'two.city') }} >= 0.75 then 'close'
            when one.city <> two.city then 'different'
        end as city_level,
        case when one.email = two.email then one.email end as common_email,
        {{ common_phone('one', 'two') }} as common_phone,
        least(one.postcode_rarity, two.postcode_rarity) as postcode_rarity,
        greatest(one.address_rarity, two.address_rarity) as address_rarity,
        least(one.city_rarity, two.city_rarity) as city_rarity
    from proposed_pairs
    inner join records as one on proposed_pairs.source_node = one.record_key
    inner join records as two on proposed_pairs.target_node = two.record_key

),

{# Names in exchanged places are looked for only where they do not agree as they are. #}
ordered_pairs as (

    select
        *,
        coalesce(
            straight_given_name_level in ('unclear', 'different')
            and straight_family_name_level in ('unclear', 'different')
            and crossed_given_name_level in ('equal', 'close', 'initial')
            and crossed_family_name_level in ('equal', 'close', 'initial')
            and not (
                crossed_given_name_level = 'initial'
                and crossed_family_name_level = 'initial'
            ),
            false
        ) as is_name_swapped
    from compared_pairs

),

int_customer_pairs_compared as (

    select
        source_node,
        target_node,
        {% for name in ['given_name', 'family_name'] %}
            {% for measure in ['level', 'rarity'] %}
                case
                    when is_name_swapped then crossed_{{ name }}_{{ measure }}
                    else straight_{{ name }}_{{ measure }}
                end as {{ name }}_{{ measure }},
            {% endfor %}
        {% endfor %}
        case when is_name_swapped then 'swapped' end as name_order_level,
        birth_date_level,
        gender_level,
        email_level,
        phone_level,
        loyalty_id_level,
        account_level,
        address_level,
        postcode_level,
        city_level,
        common_email,
        common_phone,
        address_rarity,
        postcode_rarity,
        city_rarity
    from ordered_pairs

)

select * from int_customer_pairs_compared
