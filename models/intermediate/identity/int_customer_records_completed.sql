{#-
    A record belongs to its customer since the id was first heard of, even if an order
    that names it was loaded before it: otherwise the arrival of the record could rename
    the customer. An id that only others name has no more than that.
-#}

with

delivered_records as (

    select * from {{ ref('int_customer_records_unioned') }}

),

referenced_records as (

    select * from {{ ref('int_customer_records_referenced') }}

),

int_customer_records_completed as (

    select
        coalesce(delivered_records.source_name, referenced_records.source_name)
            as source_name,
        coalesce(
            delivered_records.source_record_id, referenced_records.source_record_id
        ) as source_record_id,
        delivered_records.full_name,
        delivered_records.first_name,
        delivered_records.last_name,
        delivered_records.email,
        delivered_records.phone,
        delivered_records.second_phone,
        delivered_records.gender,
        delivered_records.country,
        delivered_records.city,
        delivered_records.address,
        delivered_records.postcode,
        delivered_records.loyalty_id,
        coalesce(
            delivered_records.commerce_customer_id,
            case
                when referenced_records.source_name = 'commerce'
                    then referenced_records.source_record_id
            end
        ) as commerce_customer_id,
        delivered_records.acquisition_channel,
        coalesce(delivered_records.is_deleted, false) as is_deleted,
        delivered_records.birth_date,
        coalesce(
            delivered_records.registered_at, referenced_records.first_referenced_at
        ) as registered_at,
        coalesce(
            delivered_records._changed_at, referenced_records._first_loaded_at
        ) as _changed_at,
        least(
            delivered_records._first_loaded_at, referenced_records._first_loaded_at
        ) as _first_loaded_at
    from delivered_records
    full outer join referenced_records
        on
            delivered_records.source_name = referenced_records.source_name
            and delivered_records.source_record_id
            = referenced_records.source_record_id

)

select * from int_customer_records_completed
