{#-
    What became of customer ids. An id follows the record that it was made of or, where
    that record is gone, the first of the others by their keys.
-#}

with

identities as (

    select * from {{ ref('snap_identity__customer_records') }}
    where customer_id is not null

),

current_identities as (

    select
        record_key,
        customer_id
    from identities
    where dbt_valid_to is null

),

{# A record can leave a customer and come back: what counts is where it is today. #}
memberships as (

    select
        customer_id,
        record_key,
        max(dbt_valid_to) as left_at
    from identities
    group by customer_id, record_key

),

followed_records as (

    select
        memberships.customer_id as old_customer_id,
        memberships.record_key,
        memberships.left_at,
        current_identities.customer_id as new_customer_id
    from memberships
    left join current_identities
        on memberships.record_key = current_identities.record_key

),

followed_customers as (

    select
        old_customer_id,
        coalesce(
            max(
                case when md5(record_key) = old_customer_id then new_customer_id end
            ),
            min_by(new_customer_id, record_key) filter (
                where new_customer_id is not null
            )
        ) as new_customer_id,
        count(distinct new_customer_id) as successor_count,
        max(left_at) filter (
            where new_customer_id is distinct from old_customer_id
        ) as changed_at
    from followed_records
    group by old_customer_id

),

customer_id_changes as (

    select
        old_customer_id,
        new_customer_id,
        case
            when new_customer_id is null then 'removed'
            when new_customer_id = old_customer_id then 'split'
            when successor_count = 1 then 'merged'
            else 'moved'
        end as reason,
        changed_at
    from followed_customers
    where
        new_customer_id is distinct from old_customer_id
        or successor_count > 1

)

select * from customer_id_changes
