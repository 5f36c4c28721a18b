{#-
    The gate. All that is published reads its customers from here, and dbt builds nothing
    behind a failed test: `assert_identity_changes_are_within_limits` names this model.
-#}

with

compared_identities as (

    select * from {{ ref('int_customer_identities_compared') }}

),

int_customer_identities_accepted as (

    select
        record_key,
        source_name,
        source_record_id,
        customer_id,
        assigned_at
    from compared_identities

)

select * from int_customer_identities_accepted
