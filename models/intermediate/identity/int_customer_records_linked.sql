{#
    Which pairs of source records are one person. Closure over the pairs comes after; a
    pair is here only where it can stand by itself.
-#}

with

identifiers as (

    select * from {{ ref('int_customer_identifiers') }}
    {#-
        A number that hundreds of records carry is a shop's own phone, not a person's.
        The raw identifier is capped, before names divide its records into groups that
        would slip under the cap.
    #}
    where record_count <= {{ var('max_records_per_identifier') }}

),

records as (

    select * from {{ ref('int_customer_records_normalized') }}

),

{#
    An account id that a system wrote belongs to one person, whatever the names say. A
    star to the first record is enough for the closure: n links instead of n squared.
#}
account_links as (

    select
        record_key as source_node,
        min(record_key) over (
            partition by identifier_type, identifier_value
        ) as target_node,
        identifier_type,
        identifier_value
    from identifiers
    where not is_shareable

),

shareable_identifiers as (

    select
        identifiers.record_key,
        identifiers.identifier_type,
        identifiers.identifier_value,
        records.given_name_key,
        records.family_name_key
    from identifiers
    inner join records on identifiers.record_key = records.record_key
    where identifiers.is_shareable

),

candidate_pairs as (

    select
        one.record_key as source_node,
        two.record_key as target_node,
        one.identifier_type,
        one.identifier_value,
        {#- Names in two scripts cannot be compared: to the guard, neither has one. #}
        coalesce(
            length(one.given_name_key) > 1
            and length(two.given_name_key) > 1
            and regexp_like(one.given_name_key, '[a-z]')
            = regexp_like(two.given_name_key, '[a-z]'),
            false
        ) as has_both_names,
        coalesce(
            {{ names_agree('one.given_name_key', 'two.given_name_key') }}
            {#- Given and family name written in the other order. #}
            or (
                {{ names_agree('one.given_name_key', 'two.family_name_key') }}
                and {{ names_agree('one.family_name_key', 'two.given_name_key') }}
            ),
            false
        ) as is_agreed
    from shareable_identifiers as one
    inner join shareable_identifiers as two
        on
            one.identifier_type = two.identifier_type
            and one.identifier_value = two.identifier_value
            and one.record_key < two.record_key

),

{#
    Where an identifier is carried by people of different names it belongs to a
    household: a record with no name, or an initial, could be any of them.
#}
judged_pairs as (

    select
        *,
        bool_or(has_both_names and not is_agreed) over (
            partition by identifier_type, identifier_value
        ) as is_shared_by_household
    from candidate_pairs

),

int_customer_records_linked as (

    select
        source_node,
        target_node,
        identifier_type,
        identifier_value
    from account_links
    where source_node <> target_node

    union all

    select
        source_node,
        target_node,
        identifier_type,
        identifier_value
    from judged_pairs
    where
        (has_both_names and is_agreed)
        or (not has_both_names and not is_shared_by_household)

)

select * from int_customer_records_linked
