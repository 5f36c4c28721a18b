with

blocking_keys as (

    select * from {{ ref('int_customer_blocking_keys') }}

),

blocking_rules as (

    select * from {{ ref('blocking_rules') }}

),

identifier_types as (

    select * from {{ ref('identifier_types') }}

),

met_pairs as (

    select
        one.record_key as source_node,
        two.record_key as target_node,
        one.blocking_rule
    from blocking_keys as one
    inner join blocking_keys as two
        on
            one.blocking_rule = two.blocking_rule
            and one.blocking_key = two.blocking_key
            and one.record_key < two.record_key

),

int_customer_pairs_proposed as (

    select
        met_pairs.source_node,
        met_pairs.target_node,
        count(*) as rule_count,
        bool_or(blocking_rules.is_identifier) as has_identifier,
        coalesce(bool_or(not identifier_types.is_shareable), false) as is_same_account,
        coalesce(bool_or(identifier_types.is_merge), false) as is_merged
    from met_pairs
    inner join blocking_rules
        on met_pairs.blocking_rule = blocking_rules.blocking_rule
    left join identifier_types
        on met_pairs.blocking_rule = identifier_types.identifier_type
    group by met_pairs.source_node, met_pairs.target_node

)

select * from int_customer_pairs_proposed
