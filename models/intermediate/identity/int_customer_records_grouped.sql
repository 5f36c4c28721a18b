{#- Groups of records that hold together without weak links. -#}
{{ config(materialized = 'fixed_point') }}

with

pairs as (

    select * from {{ ref('int_customer_pairs_accepted') }}

),

int_customer_records_grouped as (

    select
        source_node,
        target_node,
        cast(floor(points) as int) as strength,
        false as is_apart
    from pairs
    where points >= {{ var('strong_link_points') }}

)

select * from int_customer_records_grouped
