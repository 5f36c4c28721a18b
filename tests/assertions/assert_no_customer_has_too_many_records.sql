-- Fails when a customer has more records than `max_records_per_customer`, at which
-- components are broken at their weakest links: what is larger is no person.

with

resolved_records as (

    select * from {{ ref('int_customer_records_resolved') }}

)

select
    customer_id,
    count(*) as record_count
from resolved_records
group by customer_id
having count(*) > {{ var('max_records_per_customer') }}
