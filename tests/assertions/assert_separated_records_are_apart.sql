-- Fails when two records that must be apart are one customer.

with

separations as (

    select * from {{ ref('int_customer_records_separated') }}

),

resolved_records as (

    select * from {{ ref('int_customer_records_resolved') }}

)

select
    separations.source_node,
    separations.target_node,
    separations.separated_by,
    one.customer_id
from separations
inner join resolved_records as one on separations.source_node = one.record_key
inner join resolved_records as two
    on
        separations.target_node = two.record_key
        and one.customer_id = two.customer_id
