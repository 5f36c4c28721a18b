{#-
    The evidence that two records are one person, in bits. Family name and place tell a
    household, and no more: they are capped, so that what is the person's own has to
    decide (given name, birth date, gender). An identifier takes the household's place as
    the starting point where it says more.
-#}

with

pairs as (

    select * from {{ ref('int_customer_pairs_weighed') }}

),

population as (

    select rarity_points as population_points
    from {{ ref('int_customer_value_rarities') }}
    where attribute = 'record'

),

pairs_of_population as (

    select
        pairs.*,
        population.population_points
    from pairs
    cross join population

),

placed_pairs as (

    select
        *,
        {#-
            Places say much the same: the best counts in full, the others by half. People
            move, all at once: where no place agrees, the worst counts.
        #}
        case
            when greatest(address_points, postcode_points, city_points) >= 0
                then
                    (
                        greatest(address_points, postcode_points, city_points)
                        + greatest(coalesce(address_points, 0), 0)
                        + greatest(coalesce(postcode_points, 0), 0)
                        + greatest(coalesce(city_points, 0), 0)
                    )
                    / 2
            else coalesce(least(address_points, postcode_points, city_points), -2)
        end as place_points,
        case when loyalty_id_level <> 'different' then loyalty_id_points end
            as agreed_loyalty_id_points,
        case when email_level <> 'different' then email_points end
            as agreed_email_points,
        case when phone_level <> 'different' then phone_points end
            as agreed_phone_points
    from pairs_of_population

),

based_pairs as (

    select
        *,
        least(
            coalesce(family_name_points, 0) + place_points - population_points, 0
        ) as household_points,
        greatest(
            account_points,
            agreed_loyalty_id_points,
            agreed_email_points,
            agreed_phone_points
        ) as best_identifier_points,
        {#- What a household shares is no further agreement of the person. #}
        {% for identifier in ['account', 'loyalty_id', 'email', 'phone'] %}
            case when {{ identifier }}_level in ('equal', 'near') then 1 else 0 end
            {%- if not loop.last %} + {% endif %}
        {% endfor %} as identifier_count
    from placed_pairs

),

started_pairs as (

    select
        *,
        {#- Identifiers come together: a further one is worth less than alone. #}
        best_identifier_points
        + {{ var('further_agreement_points') }} * greatest(identifier_count - 1, 0)
        + case
            when household_points >= -{{ var('further_agreement_points') }}
                then {{ var('further_agreement_points') }}
            else least(coalesce(family_name_points, 0), 0)
        end as identifier_points,
        coalesce(given_name_points, 0)
        + coalesce(name_order_points, 0)
        + coalesce(birth_date_points, 0)
        + coalesce(gender_points, 0) as personal_points,
        case when loyalty_id_level = 'different' then loyalty_id_points else 0 end
        + case when email_level = 'different' then email_points else 0 end
        + case when phone_level = 'different' then phone_points else 0 end
            as contradiction_points
    from based_pairs

),

int_customer_pairs_scored as (

    select
        source_node,
        target_node,
        given_name_level,
        family_name_level,
        name_order_level,
        birth_date_level,
        gender_level,
        email_level,
        phone_level,
        loyalty_id_level,
        account_level,
        address_level,
        postcode_level,
        city_level,
        household_points,
        identifier_points,
        personal_points,
        contradiction_points,
        greatest(household_points, identifier_points)
        + personal_points + contradiction_points as points
    from started_pairs

)

select * from int_customer_pairs_scored
where
    points >= 0
    {#- A name and a city alone make nobody one person, however rare the name is. #}
    and (
        identifier_points is not null
        or birth_date_level in ('equal', 'near')
        or address_level in ('equal', 'close', 'unclear')
        or postcode_level in ('equal', 'near')
    )
