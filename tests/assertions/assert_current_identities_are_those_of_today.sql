-- Fails when a record's current row in `customer_identities` is missing, is there twice
-- or names another customer than identity resolution.

with

resolved_records as (

    select * from {{ ref('int_customer_records_resolved') }}

),

current_identities as (

    select
        source_name,
        source_record_id,
        count(*) as current_count,
        max(customer_id) as customer_id
    from {{ ref('customer_identities') }}
    where is_current
    group by source_name, source_record_id

)

select
    resolved_records.record_key,
    resolved_records.customer_id as resolved_customer_id,
    current_identities.source_name,
    current_identities.source_record_id,
    current_identities.customer_id,
    current_identities.current_count
from resolved_records
full outer join current_identities
    on
        resolved_records.source_name = current_identities.source_name
        and resolved_records.source_record_id = current_identities.source_record_id
where
    resolved_records.customer_id is distinct from current_identities.customer_id
    or current_identities.current_count > 1
