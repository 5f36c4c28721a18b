{#-
    Two groups of records that each hold together are two people when few of the possible
    pairs between them are alike, and none strongly: one chance link would fuse them.
-#}

with

pairs as (

    select * from {{ ref('int_customer_pairs_accepted') }}

),

grouped_records as (

    select * from {{ ref('int_customer_records_grouped') }}

),

group_sizes as (

    select
        component as group_key,
        count(*) as record_count
    from grouped_records
    group by component

),

{# A record without a strong link is a group of its own. #}
weak_pairs as (

    select
        pairs.source_node,
        pairs.target_node,
        pairs.link_rule,
        pairs.points,
        coalesce(source_groups.component, pairs.source_node) as source_group,
        coalesce(target_groups.component, pairs.target_node) as target_group
    from pairs
    left join grouped_records as source_groups
        on pairs.source_node = source_groups.node
    left join grouped_records as target_groups
        on pairs.target_node = target_groups.node
    where pairs.points < {{ var('strong_link_points') }}

),

bridges as (

    select
        least(source_group, target_group) as first_group,
        greatest(source_group, target_group) as second_group,
        count(*) as link_count
    from weak_pairs
    where source_group <> target_group
    group by
        least(source_group, target_group),
        greatest(source_group, target_group)

),

weak_bridges as (

    select
        bridges.first_group,
        bridges.second_group
    from bridges
    left join group_sizes as first_sizes
        on bridges.first_group = first_sizes.group_key
    left join group_sizes as second_sizes
        on bridges.second_group = second_sizes.group_key
    where
        bridges.link_count
        < {{ var('least_bridge_rate') }}
        * coalesce(first_sizes.record_count, 1)
        * coalesce(second_sizes.record_count, 1)

),

int_customer_pairs_bridged as (

    select
        weak_pairs.source_node,
        weak_pairs.target_node,
        weak_pairs.link_rule,
        weak_pairs.points,
        weak_pairs.source_group,
        weak_pairs.target_group,
        weak_bridges.first_group is not null as is_weak_bridge
    from weak_pairs
    left join weak_bridges
        on
            least(weak_pairs.source_group, weak_pairs.target_group)
            = weak_bridges.first_group
            and greatest(weak_pairs.source_group, weak_pairs.target_group)
            = weak_bridges.second_group

)

select * from int_customer_pairs_bridged
