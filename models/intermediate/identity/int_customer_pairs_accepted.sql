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

reasons_to_link as (

    select
        source_node,
        target_node,
        'decision' as link_rule,
        {{ var('decided_points') }} as points
    from decisions
    where decision = 'must_link'

    union all

    select
        source_node,
        target_node,
        'merge' as link_rule,
        {{ var('decided_points') }} as points
    from proposed_pairs
    where is_merged

    union all

    select
        scored_pairs.source_node,
        scored_pairs.target_node,
        'evidence' as link_rule,
        scored_pairs.points
    from scored_pairs
    left join identifier_types
        on
            scored_pairs.loyalty_id_level = 'different'
            and identifier_types.identifier_type = 'loyalty_id'
            and identifier_types.is_unique_per_person
    where
        scored_pairs.points >= {{ var('link_points') }}
        and identifier_types.identifier_type is null

),

ranked_reasons as (

    select
        reasons_to_link.*,
        row_number() over (
            partition by reasons_to_link.source_node, reasons_to_link.target_node
            order by reasons_to_link.points desc, reasons_to_link.link_rule asc
        ) as reason_rank
    from reasons_to_link
    left join decisions
        on
            reasons_to_link.source_node = decisions.source_node
            and reasons_to_link.target_node = decisions.target_node
            and decisions.decision = 'cannot_link'
    {#- A decision or a merge can name a record that nobody has delivered. #}
    inner join records as source_records
        on reasons_to_link.source_node = source_records.record_key
    inner join records as target_records
        on reasons_to_link.target_node = target_records.record_key
    where decisions.decision_id is null

),

int_customer_pairs_accepted as (

    select
        source_node,
        target_node,
        link_rule,
        points
    from ranked_reasons
    where reason_rank = 1

)

select * from int_customer_pairs_accepted
