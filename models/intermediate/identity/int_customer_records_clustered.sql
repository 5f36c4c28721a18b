{{ config(materialized = 'fixed_point') }}

with

records as (

    select * from {{ ref('int_customer_records_normalized') }}

),

links as (

    select * from {{ ref('int_customer_records_linked') }}

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
        1 as strength,
        false as is_apart
    from links

)

select * from int_customer_records_clustered
