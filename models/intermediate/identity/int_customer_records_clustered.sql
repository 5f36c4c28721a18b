{{ config(materialized = 'fixed_point') }}

select
    source_node,
    target_node
from {{ ref('int_customer_records_linked') }}
