{#-
    Frequencies as they were refreshed on command, so that one new record does not change
    every other pair; before the first refresh, as they are now. Bands of one bit.
-#}

with

refreshed_frequencies as (

    select * from {{ ref('stg_stewardship__value_frequencies') }}

),

counted_frequencies as (

    select * from {{ ref('int_customer_value_frequencies_counted') }}

),

frequencies as (

    select
        attribute,
        value,
        record_count,
        population_count
    from refreshed_frequencies

    union all

    select
        attribute,
        value,
        record_count,
        population_count
    from counted_frequencies
    where not exists (select 1 from refreshed_frequencies)

),

{# A value without a row is rarer than any that has one. #}
common_frequencies as (

    select
        *,
        case
            when attribute in ('given_name', 'family_name')
                then {{ var('max_name_rarity') }}
            when attribute in ('postcode', 'address', 'city')
                then {{ var('max_place_rarity') }}
        end as most_points
    from frequencies

),

int_customer_value_rarities as (

    select
        attribute,
        value,
        {{ rarity_bits(
            "case when attribute = 'record' then 1 else record_count end",
            'population_count',
            40
        ) }} as rarity_points
    from common_frequencies
    where
        attribute = 'record'
        or record_count * power(2, most_points) > population_count

)

select * from int_customer_value_rarities
