{#-
    What is compared of a record. An identifier that too many records carry is a shop's
    own number, not a person's: it is taken for missing, so that it speaks neither for
    nor against anybody.
-#}

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
        case
            when unusable_emails.identifier_value is null then records.email_key
        end as email,
        case
            when unusable_phones.identifier_value is null then records.phone
        end as phone,
        case
            when unusable_second_phones.identifier_value is null
                then records.second_phone
        end as second_phone,
        case
            when unusable_loyalty_ids.identifier_value is null
                then records.loyalty_id_key
        end as loyalty_id,
        records.gender,
        records.postcode_key as postcode,
        records.address_key as address,
        records.house_number,
        records.city_key as city,
        records.is_given_name_known,
        records.is_family_name_known,
        records.birth_date
    from records
    left join unusable_identifiers as unusable_emails
        on
            records.email_key = unusable_emails.identifier_value
            and unusable_emails.identifier_type = 'email'
    left join unusable_identifiers as unusable_phones
        on
            records.phone = unusable_phones.identifier_value
            and unusable_phones.identifier_type = 'phone'
    left join unusable_identifiers as unusable_second_phones
        on
            records.second_phone = unusable_second_phones.identifier_value
            and unusable_second_phones.identifier_type = 'phone'
    left join unusable_identifiers as unusable_loyalty_ids
        on
            records.loyalty_id_key = unusable_loyalty_ids.identifier_value
            and unusable_loyalty_ids.identifier_type = 'loyalty_id'

),

{#
    Only values more common than the cap have a row. A name is as rare as it is in its
    own place: names written in the other order are looked up in both.
#}
int_customer_records_comparable as (

    select
        usable_records.*,
        {#- A shorter mailbox name is anybody's at another provider. #}
        case
            when length(split_part(usable_records.email, '@', 1)) >= 6
                then split_part(usable_records.email, '@', 1)
        end as mailbox,
        coalesce(given_names.rarity_points, {{ var('max_name_rarity') }})
            as given_name_rarity,
        coalesce(family_names.rarity_points, {{ var('max_name_rarity') }})
            as family_name_rarity,
        coalesce(given_names_elsewhere.rarity_points, {{ var('max_name_rarity') }})
            as given_name_rarity_as_family_name,
        coalesce(family_names_elsewhere.rarity_points, {{ var('max_name_rarity') }})
            as family_name_rarity_as_given_name,
        coalesce(postcodes.rarity_points, {{ var('max_place_rarity') }})
            as postcode_rarity,
        coalesce(addresses.rarity_points, {{ var('max_place_rarity') }})
            as address_rarity,
        coalesce(cities.rarity_points, {{ var('max_place_rarity') }}) as city_rarity
    from usable_records
    left join value_rarities as given_names
        on
            usable_records.given_name = given_names.value
            and given_names.attribute = 'given_name'
    left join value_rarities as family_names
        on
            usable_records.family_name = family_names.value
            and family_names.attribute = 'family_name'
    left join value_rarities as given_names_elsewhere
        on
            usable_records.given_name = given_names_elsewhere.value
            and given_names_elsewhere.attribute = 'family_name'
    left join value_rarities as family_names_elsewhere
        on
            usable_records.family_name = family_names_elsewhere.value
            and family_names_elsewhere.attribute = 'given_name'
    left join value_rarities as postcodes
        on
            usable_records.postcode = postcodes.value
            and postcodes.attribute = 'postcode'
    left join value_rarities as addresses
        on
            usable_records.address = addresses.value
            and addresses.attribute = 'address'
    left join value_rarities as cities
        on
            usable_records.city = cities.value
            and cities.attribute = 'city'

)

select * from int_customer_records_comparable
