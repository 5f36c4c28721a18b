{#- Strong links as they are, and weak ones with what their groups say to them. -#}
{{ config(materialized = 'view') }}

with

pairs as (

    select * from {{ ref('int_customer_pairs_accepted') }}

),

bridged_pairs as (

    select * from {{ ref('int_customer_pairs_bridged') }}

),

int_customer_records_linked as (

    select
        source_node,
        target_node,
        link_rule,
        points,
        false as is_weak_bridge
    from pairs
    where points >= {{ var('strong_link_points') }}

    union all

    select
        source_node,
        target_node,
        link_rule,
        points,
        is_weak_bridge
    from bridged_pairs

)

select * from int_customer_records_linked
