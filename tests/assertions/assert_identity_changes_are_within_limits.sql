-- Fails when this build would fuse too many of the customers published before, or take
-- records from too many: no customer is published then. `quality.identity_changes`
-- shows how many it would be, `int_customer_identities_compared` whom. If the change is
-- meant, run it again with `--vars 'accept_identity_changes: true'`.
{#-
    dbt holds back what reads all tables of a test. With the accepted identities among
    them, it publishes no customer, but still shows `identity_changes`.
#}
{%- do ref('int_customer_identities_accepted') %}

with

compared_identities as (

    select * from {{ ref('int_customer_identities_compared') }}

),

counted_customers as (

    select
        count(distinct previous_customer_id) as existing_customer_count,
        count(distinct previous_customer_id) filter (
            where is_joined
        ) as joined_customer_count,
        count(distinct previous_customer_id) filter (
            where is_split or is_moved
        ) as split_customer_count
    from compared_identities

)

select
    existing_customer_count,
    joined_customer_count,
    split_customer_count
from counted_customers
where
    not {{ var('accept_identity_changes') }}
    and (
        (
            joined_customer_count >= {{ var('min_changed_customers') }}
            and joined_customer_count
            > existing_customer_count * {{ var('max_joined_customer_rate') }}
        )
        or (
            split_customer_count >= {{ var('min_changed_customers') }}
            and split_customer_count
            > existing_customer_count * {{ var('max_split_customer_rate') }}
        )
    )
