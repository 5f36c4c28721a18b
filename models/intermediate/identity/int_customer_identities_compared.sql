{#-
    The customer of each record beside the one that it had when customers were published
    last, before anything is published. An existing customer goes on as its heir: the
    customer of today that has the record which its id was made of or, where that record
    is gone, the first of the others by their keys.
-#}

with

resolved_records as (

    select * from {{ ref('int_customer_records_resolved') }}

),

last_load as (

    select * from {{ ref('int_customer_records_loaded') }}

),

published_identities as (

    select
        record_key,
        source_name,
        source_record_id,
        customer_id,
        assigned_at
    from
        {{ last_build_of(
            'snap_identity__customer_records',
            columns={
                'record_key': 'string',
                'source_name': 'string',
                'source_record_id': 'string',
                'customer_id': 'string',
                'assigned_at': 'timestamp',
                'dbt_valid_to': 'timestamp'
            }
        ) }}
    where dbt_valid_to is null

),

{#
    A record that nobody delivers or names any more belongs to no customer. What changes
    without anything new, such as by another rule, changes just after what was there.
#}
identities as (

    select
        coalesce(resolved.record_key, published.record_key) as record_key,
        coalesce(resolved.source_name, published.source_name) as source_name,
        coalesce(resolved.source_record_id, published.source_record_id)
            as source_record_id,
        resolved.customer_id,
        published.customer_id as previous_customer_id,
        case
            when published.record_key is null then resolved._first_loaded_at
            when resolved.customer_id is not distinct from published.customer_id
                then published.assigned_at
            else greatest(
                    (select last_load.last_loaded_at from last_load),
                    published.assigned_at + interval 1 microsecond
                )
        end as assigned_at
    from resolved_records as resolved
    full outer join published_identities as published
        on resolved.record_key = published.record_key

),

heirs as (

    select
        previous_customer_id,
        coalesce(
            max(
                case when md5(record_key) = previous_customer_id then customer_id end
            ),
            min_by(customer_id, record_key) filter (where customer_id is not null)
        ) as customer_id
    from identities
    where previous_customer_id is not null
    group by previous_customer_id

),

inheritances as (

    select
        customer_id,
        count(*) as predecessor_count
    from heirs
    group by customer_id

),

customers_of_known_records as (

    select customer_id
    from identities
    where previous_customer_id is not null
    group by customer_id

),

int_customer_identities_compared as (

    select
        identities.record_key,
        identities.source_name,
        identities.source_record_id,
        identities.customer_id,
        identities.previous_customer_id,
        identities.customer_id is not null
        and known.customer_id is null as has_new_customer,
        coalesce(own.predecessor_count > 1, false) as is_joined,
        coalesce(identities.customer_id <> heirs.customer_id, false)
        and other.customer_id is null as is_split,
        coalesce(identities.customer_id <> heirs.customer_id, false)
        and other.customer_id is not null as is_moved,
        identities.assigned_at
    from identities
    left join customers_of_known_records as known
        on identities.customer_id = known.customer_id
    left join heirs on identities.previous_customer_id = heirs.previous_customer_id
    left join inheritances as own on heirs.customer_id = own.customer_id
    left join inheritances as other on identities.customer_id = other.customer_id

)

select * from int_customer_identities_compared
