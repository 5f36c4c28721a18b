{#
    Groups within customers that hold together without weak links. Where all links are
    strong, the customer is one group, and is left out.
-#}
{{ config(materialized = 'fixed_point') }}

with

pairs as (

    select * from {{ ref('int_customer_pairs_accepted') }}

),

components as (

    select * from {{ ref('int_customer_records_connected') }}

),

weakly_connected as (

    select components.component
    from pairs
    inner join components on pairs.source_node = components.node
    where pairs.points < {{ var('strong_link_points') }}
    group by components.component

),

int_customer_records_grouped as (

    select
        pairs.source_node,
        pairs.target_node,
        cast(floor(pairs.points) as int) as strength,
        false as is_apart
    from pairs
    inner join components on pairs.source_node = components.node
    inner join weakly_connected
        on components.component = weakly_connected.component
    where pairs.points >= {{ var('strong_link_points') }}

)

select * from int_customer_records_grouped
