with

resolved_records as (

    select * from {{ ref('int_customer_records_resolved') }}

),

customer_identities as (

    select
        source_name,
        source_record_id,
        customer_id,
        true as is_current,
        _first_loaded_at as valid_from,
        cast(null as timestamp) as valid_to
    from resolved_records

)

select * from customer_identities
