-- Fails when a customer id that was ever published leads to no customer of today, but
-- records of it are left: neither is it current, nor do the changes lead to one.

with

customer_identities as (

    select * from {{ ref('customer_identities') }}

),

customer_id_changes as (

    select * from {{ ref('customer_id_changes') }}

),

customer_360 as (

    select * from {{ ref('customer_360') }}

),

issued_ids as (

    select customer_id
    from customer_identities
    group by customer_id

)

select
    issued_ids.customer_id,
    customer_id_changes.new_customer_id,
    customer_id_changes.reason
from issued_ids
left join customer_id_changes
    on issued_ids.customer_id = customer_id_changes.old_customer_id
left join customer_360
    on
        coalesce(customer_id_changes.new_customer_id, issued_ids.customer_id)
        = customer_360.customer_id
where
    customer_360.customer_id is null
    and customer_id_changes.reason is distinct from 'removed'
