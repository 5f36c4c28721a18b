with

staged_orders as (

    select * from {{ ref('stg_shop__orders') }}

),

as_of_date as (

    select * from {{ ref('int_as_of_date') }}

),

orders as (

    select * from {{ ref('fct_orders') }}

),

judged_orders as (

    select
        staged_orders.currency_code,
        staged_orders.total_amount,
        case
            when cast(staged_orders.ordered_at as date) > as_of_date.as_of_date
                then 'after_as_of_date'
        end as reason,
        cast(staged_orders.ordered_at as date) as day_date
    from staged_orders
    cross join as_of_date

),

records as (

    select
        'shop.orders' as table_name,
        'records_staging_to_facts' as measure,
        reason,
        1 as record_value,
        day_date
    from judged_orders

    union all

    select
        'shop.orders' as table_name,
        concat('gross_amount_staging_to_facts_', lower(currency_code)) as measure,
        reason,
        total_amount as record_value,
        day_date
    from judged_orders

),

results as (

    select
        'shop.orders' as table_name,
        'records_staging_to_facts' as measure,
        1 as record_value,
        cast(ordered_at as date) as day_date
    from orders

    union all

    select
        'shop.orders' as table_name,
        concat('gross_amount_staging_to_facts_', lower(currency_code)) as measure,
        gross_amount_original as record_value,
        cast(ordered_at as date) as day_date
    from orders

),

int_orders_reconciled as (

    {{ reconciliation_entries('records', 'results') }}

)

select * from int_orders_reconciled
