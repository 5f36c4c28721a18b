{{
    config(
        materialized = 'fixed_point',
        meta = {'max_component_size': var('max_records_per_customer')}
    )
}}

with

records as (

    select * from {{ ref('int_customer_records_normalized') }}

),

links as (

    select * from {{ ref('int_customer_records_linked') }}

),

separations as (

    select * from {{ ref('int_customer_records_separated') }}

),

int_customer_records_clustered as (

    {# A record without any link is a customer, too. #}
    select
        record_key as source_node,
        cast(null as string) as target_node,
        cast(null as int) as strength,
        false as is_apart
    from records

    union all

    select
        source_node,
        target_node,
        cast(floor(points) as int) as strength,
        false as is_apart
    from links
    where not is_weak_bridge

    union all

    select
        source_node,
        target_node,
        cast(null as int) as strength,
        true as is_apart
    from separations

)

select * from int_customer_records_clustered
