{#-
    Survivorship: each attribute comes from the customer's most recently changed record
    that knows it; deleted records speak only where no other does.
-#}

with

records as (

    select * from {{ ref('int_customer_records_normalized') }}

),

accepted_identities as (

    select * from {{ ref('int_customer_identities_accepted') }}

),

ranked as (

    select
        records.*,
        accepted_identities.customer_id,
        row_number() over (
            partition by accepted_identities.customer_id
            order by
                records.is_deleted desc,
                records._changed_at asc,
                records.record_key asc
        ) as survivorship_rank
    from records
    inner join accepted_identities
        on records.record_key = accepted_identities.record_key

),

int_customers_unified as (

    select
        customer_id,

        {{ survivor('full_name') }} as full_name,
        {{ survivor('email') }} as email,
        {{ survivor('phone') }} as phone,
        {{ survivor('gender') }} as gender,
        coalesce({{ survivor('country_code') }}, 'ZZ') as country_code,
        {{ survivor('city') }} as city,
        {{ survivor('address') }} as address,
        {#-
            A postcode belongs to the address beside it. Engines differ on a null in
            max_by, so that none is let in.
        #}
        case
            when count(address) = 0 then {{ survivor('postcode') }}
            else nullif(
                    max_by(coalesce(postcode, ''), survivorship_rank) filter (
                        where address is not null
                    ),
                    ''
                )
        end as postcode,
        coalesce({{ survivor('acquisition_channel') }}, 'unknown')
            as acquisition_channel,

        count(*) as source_record_count,

        bool_and(is_deleted) as is_deleted,

        {{ survivor('birth_date') }} as birth_date,
        cast(min(registered_at) as date) as registration_date,

        min(registered_at) as registered_at,
        min(_first_loaded_at) as _first_loaded_at

    from ranked
    group by customer_id

)

select * from int_customers_unified
