with

published_identities as (

    select * from {{ ref('snap_identity__customer_records') }}

),

customer_identities as (

    select
        source_name,
        source_record_id,
        customer_id,
        dbt_valid_to is null as is_current,
        dbt_valid_from as valid_from,
        dbt_valid_to as valid_to
    from published_identities
    where customer_id is not null

)

select * from customer_identities
