{#
    Pairs that no chain of links may join, with what each rule says of its own: another
    rule is another part of the union.
-#}

with

decisions as (

    select * from {{ ref('int_identity_decisions_deduplicated') }}

),

loyalty_conflicts as (

    select * from {{ ref('int_customer_loyalty_ids_conflicting') }}

),

separations as (

    select
        source_node,
        target_node,
        'decision' as separated_by,
        reason
    from decisions
    where decision = 'cannot_link'

    union all

    select
        source_node,
        target_node,
        'loyalty_id' as separated_by,
        cast(null as string) as reason
    from loyalty_conflicts

),

ranked_separations as (

    select
        *,
        row_number() over (
            partition by source_node, target_node
            order by separated_by, reason
        ) as separation_rank
    from separations

),

int_customer_records_separated as (

    select
        source_node,
        target_node,
        separated_by,
        reason
    from ranked_separations
    where separation_rank = 1

)

select * from int_customer_records_separated
