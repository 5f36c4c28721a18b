{#- A line has no day of its own: it is the order's, or that of its last change. -#}

with

staged_lines as (

    select * from {{ ref('stg_shop__order_lines') }}

),

staged_orders as (

    select * from {{ ref('stg_shop__orders') }}

),

as_of_date as (

    select * from {{ ref('int_as_of_date') }}

),

order_lines as (

    select * from {{ ref('fct_order_lines') }}

),

{# Grouped, so that an order that is there twice doubles no line. #}
order_days as (

    select
        order_id,
        min(cast(ordered_at as date)) as order_day
    from staged_orders
    group by order_id

),

records as (

    select
        'shop.order_lines' as table_name,
        'records_staging_to_facts' as measure,
        case
            when order_days.order_id is null then 'unknown_order'
            when order_days.order_day > as_of_date.as_of_date then 'after_as_of_date'
        end as reason,
        1 as record_value,
        coalesce(
            order_days.order_day, cast(staged_lines._changed_at as date)
        ) as day_date
    from staged_lines
    cross join as_of_date
    left join order_days on staged_lines.order_id = order_days.order_id

),

results as (

    select
        'shop.order_lines' as table_name,
        'records_staging_to_facts' as measure,
        1 as record_value,
        coalesce(order_days.order_day, order_lines.order_date) as day_date
    from order_lines
    left join order_days on order_lines.order_id = order_days.order_id

),

int_order_lines_reconciled as (

    {{ reconciliation_entries('records', 'results') }}

)

select * from int_order_lines_reconciled
