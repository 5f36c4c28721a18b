{#-
    Customers that links alone would make, and that are too many records or hold records
    that must stay apart: split at their weakest links. All others are what links make.
-#}
{{
    config(
        materialized = 'fixed_point',
        meta = {'max_component_size': var('max_records_per_customer')}
    )
}}

with

connected_records as (

    select * from {{ ref('int_customer_records_connected') }}

),

links as (

    select * from {{ ref('int_customer_records_linked') }}

),

separations as (

    select * from {{ ref('int_customer_records_separated') }}

),

{# Who is not connected needs no separation. #}
needed_separations as (

    select
        separations.source_node,
        separations.target_node,
        one.component
    from separations
    inner join connected_records as one on separations.source_node = one.record_key
    inner join connected_records as two
        on
            separations.target_node = two.record_key
            and one.component = two.component

),

doubtful_components as (

    select component
    from needed_separations

    union distinct

    select component
    from connected_records
    group by component
    having count(*) > {{ var('max_records_per_customer') }}

),

doubtful_records as (

    select connected_records.record_key
    from connected_records
    inner join doubtful_components
        on connected_records.component = doubtful_components.component

),

int_customer_records_clustered as (

    select
        links.source_node,
        links.target_node,
        cast(floor(links.points) as int) as strength,
        false as is_apart
    from links
    inner join doubtful_records on links.source_node = doubtful_records.record_key
    where not links.is_weak_bridge

    union all

    select
        source_node,
        target_node,
        cast(null as int) as strength,
        true as is_apart
    from needed_separations

)

select * from int_customer_records_clustered
