with

staged_refunds as (

    select * from {{ ref('stg_shop__refunds') }}

),

staged_orders as (

    select * from {{ ref('stg_shop__orders') }}

),

as_of_date as (

    select * from {{ ref('int_as_of_date') }}

),

refunds as (

    select * from {{ ref('int_refunds_converted') }}

),

order_days as (

    select
        order_id,
        min(cast(ordered_at as date)) as order_day
    from staged_orders
    group by order_id

),

judged_refunds as (

    select
        staged_refunds.currency_code,
        staged_refunds.refund_amount,
        case
            when cast(staged_refunds.refunded_at as date) > as_of_date.as_of_date
                then 'after_as_of_date'
            when order_days.order_id is null then 'unknown_order'
            when order_days.order_day > as_of_date.as_of_date
                then 'order_after_as_of_date'
        end as reason,
        cast(staged_refunds.refunded_at as date) as day_date
    from staged_refunds
    cross join as_of_date
    left join order_days on staged_refunds.order_id = order_days.order_id

),

records as (

    select
        'shop.refunds' as table_name,
        'records_staging_to_facts' as measure,
        reason,
        1 as record_value,
        day_date
    from judged_refunds

    union all

    select
        'shop.refunds' as table_name,
        concat('refunded_amount_staging_to_facts_', lower(currency_code)) as measure,
        reason,
        refund_amount as record_value,
        day_date
    from judged_refunds

),

results as (

    select
        'shop.refunds' as table_name,
        'records_staging_to_facts' as measure,
        1 as record_value,
        cast(refunded_at as date) as day_date
    from refunds

    union all

    select
        'shop.refunds' as table_name,
        concat('refunded_amount_staging_to_facts_', lower(currency_code)) as measure,
        refund_amount as record_value,
        cast(refunded_at as date) as day_date
    from refunds

),

int_refunds_reconciled as (

    {{ reconciliation_entries('records', 'results') }}

)

select * from int_refunds_reconciled
