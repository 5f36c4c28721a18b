{#-
    Groups that weak links join. Closed one after the other, strong links first, most
    records are left out of the second closure.
-#}
{{ config(materialized = 'fixed_point') }}

with

weak_links as (

    select * from {{ ref('int_customer_pairs_bridged') }}

),

int_customer_groups_connected as (

    select
        source_group as source_node,
        target_group as target_node,
        cast(floor(points) as int) as strength,
        false as is_apart
    from weak_links
    where source_group <> target_group and not is_weak_bridge

)

select * from int_customer_groups_connected
