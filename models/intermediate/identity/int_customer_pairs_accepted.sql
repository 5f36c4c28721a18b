{#-
    Pairs that are one person as far as the two records tell. What people decided and
    what the CRM merged counts more than any evidence, and a decision more than a merge.
-#}

with

scored_pairs as (

    select * from {{ ref('int_customer_pairs_scored') }}

),

proposed_pairs as (

    select * from {{ ref('int_customer_pairs_proposed') }}

),

decisions as (

    select * from {{ ref('int_identity_decisions_deduplicated') }}

),

records as (

    select * from {{ ref('int_customer_records_normalized') }}

),

identifier_types as (

    select * from {{ ref('identifier_types') }}

),

stated_links as (

    select
        source_node,
        target_node,
        'decision' as link_rule
    from decisions
    where decision = 'must_link'

    union all

    select
        source_node,
        target_node,
        'merge' as link_rule
    from proposed_pairs
    where is_merged

),

{# A decision or a merge can name a record that nobody has delivered. #}
known_links as (

    select
        stated_links.source_node,
        stated_links.target_node,
        min(stated_links.link_rule) as link_rule
    from stated_links
    inner join records as source_records
        on stated_links.source_node = source_records.record_key
    inner join records as target_records
        on stated_links.target_node = target_records.record_key
    group by stated_links.source_node, stated_links.target_node

),

evident_links as (

    select
        scored_pairs.source_node,
        scored_pairs.target_node,
        scored_pairs.points
    from scored_pairs
    left join identifier_types
        on
            scored_pairs.loyalty_id_level = 'different'
            and identifier_types.identifier_type = 'loyalty_id'
            and identifier_types.is_unique_per_person
    left join known_links
        on
            scored_pairs.source_node = known_links.source_node
            and scored_pairs.target_node = known_links.target_node
    where
        scored_pairs.points >= {{ var('link_points') }}
        and identifier_types.identifier_type is null
        and known_links.source_node is null

),

links as (

    select
        source_node,
        target_node,
        link_rule,
        cast({{ var('decided_points') }} as double) as points
    from known_links

    union all

    select
        source_node,
        target_node,
        'evidence' as link_rule,
        points
    from evident_links

),

int_customer_pairs_accepted as (

    select
        links.source_node,
        links.target_node,
        links.link_rule,
        links.points
    from links
    left join decisions
        on
            links.source_node = decisions.source_node
            and links.target_node = decisions.target_node
            and decisions.decision = 'cannot_link'
    where decisions.decision_id is null

)

select * from int_customer_pairs_accepted
