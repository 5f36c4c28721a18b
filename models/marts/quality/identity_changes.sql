{#- Counted before anything is published, and there to look at if nothing is. -#}

with

compared_identities as (

    select * from {{ ref('int_customer_identities_compared') }}

),

counted_changes as (

    {% for change_type, is_changed, customer_id in [
        ('new', 'has_new_customer', 'customer_id'),
        ('joined', 'is_joined', 'previous_customer_id'),
        ('split', 'is_split', 'previous_customer_id'),
        ('moved', 'is_moved', 'previous_customer_id')
    ] %}
        select
            '{{ change_type }}' as change_type,
            count(distinct {{ customer_id }}) filter (
                where {{ is_changed }}
            ) as customer_count,
            count(*) filter (where {{ is_changed }}) as changed_record_count,
            count(distinct previous_customer_id) as existing_customer_count
        from compared_identities
        {{ "union all" if not loop.last }}
    {% endfor %}

),

identity_changes as (

    select
        change_type,
        customer_count,
        changed_record_count,
        existing_customer_count,
        {{ safe_ratio('customer_count', 'existing_customer_count') }} as customer_rate
    from counted_changes

)

select * from identity_changes
