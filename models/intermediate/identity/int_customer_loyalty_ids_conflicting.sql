{#-
    Records that links lead from one to the other, although they carry two loyalty ids
    and a person has only one. Two ids whose records were linked by decision, or merged
    in the CRM, are known to be of one person.
-#}

with

records as (

    select * from {{ ref('int_customer_records_comparable') }}

),

components as (

    select * from {{ ref('int_customer_records_connected') }}

),

pairs as (

    select * from {{ ref('int_customer_pairs_accepted') }}

),

identifier_types as (

    select * from {{ ref('identifier_types') }}
    where identifier_type = 'loyalty_id' and is_unique_per_person

),

carriers as (

    select
        components.component,
        records.record_key,
        records.loyalty_id
    from records
    inner join components on records.record_key = components.record_key
    inner join identifier_types
        on records.loyalty_id is not null

),

{# Few customers carry two ids: only their records are put side by side. #}
doubtful_components as (

    select component
    from carriers
    group by component
    having min(loyalty_id) <> max(loyalty_id)

),

doubtful_carriers as (

    select carriers.*
    from carriers
    inner join doubtful_components
        on carriers.component = doubtful_components.component

),

joined_ids as (

    select distinct
        least(source_carriers.loyalty_id, target_carriers.loyalty_id) as first_id,
        greatest(source_carriers.loyalty_id, target_carriers.loyalty_id) as second_id
    from pairs
    inner join doubtful_carriers as source_carriers
        on pairs.source_node = source_carriers.record_key
    inner join doubtful_carriers as target_carriers
        on pairs.target_node = target_carriers.record_key
    where pairs.link_rule in ('decision', 'merge')

),

int_customer_loyalty_ids_conflicting as (

    select
        one.record_key as source_node,
        two.record_key as target_node
    from doubtful_carriers as one
    inner join doubtful_carriers as two
        on
            one.component = two.component
            and one.record_key < two.record_key
            and one.loyalty_id <> two.loyalty_id
    left join joined_ids
        on
            least(one.loyalty_id, two.loyalty_id) = joined_ids.first_id
            and greatest(one.loyalty_id, two.loyalty_id) = joined_ids.second_id
    where
        joined_ids.first_id is null
        and not {{ is_near_text('one.loyalty_id', 'two.loyalty_id') }}

)

select * from int_customer_loyalty_ids_conflicting
