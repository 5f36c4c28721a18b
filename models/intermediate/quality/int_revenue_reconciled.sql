{#-
    What invalid orders are worth is not in the fact, which holds zero, but in what the
    fact is made of.
-#}

with

orders as (

    select * from {{ ref('fct_orders') }}

),

converted_orders as (

    select * from {{ ref('int_orders_converted') }}

),

refunds as (

    select * from {{ ref('int_refunds_converted') }}

),

days as (

    select * from {{ ref('kpi_daily') }}
    where country_code = 'all' and acquisition_channel = 'all'

),

judged_orders as (

    select
        order_id,
        case
            when is_cancelled then 'cancelled'
            when is_refunded_in_full then 'refunded_in_full'
            when customer_id is null then 'unknown_customer'
        end as reason,
        is_valid,
        gross_amount,
        order_date
    from orders

),

{# Grouped, so that an order that is there twice doubles neither value nor refund. #}
order_reasons as (

    select
        order_id,
        min(reason) as reason
    from judged_orders
    group by order_id

),

order_values as (

    select
        order_id,
        min(converted_total_amount) as converted_total_amount
    from converted_orders
    group by order_id

),

judged as (

    select
        'shop.orders' as table_name,
        'records_facts_to_kpis' as measure,
        reason,
        1 as record_value,
        order_date as day_date
    from judged_orders

    union all

    select
        'shop.orders' as table_name,
        'gross_amount_facts_to_kpis' as measure,
        judged_orders.reason,
        case
            when judged_orders.is_valid then judged_orders.gross_amount
            else order_values.converted_total_amount
        end as record_value,
        judged_orders.order_date as day_date
    from judged_orders
    left join order_values on judged_orders.order_id = order_values.order_id

    union all

    select
        'shop.refunds' as table_name,
        'refunded_amount_facts_to_kpis' as measure,
        order_reasons.reason,
        refunds.refunded_amount as record_value,
        refunds.refund_date as day_date
    from refunds
    left join order_reasons on refunds.order_id = order_reasons.order_id

),

records as (

    {{ without_rates('judged') }}

),

results as (

    {% for table_name, measure, column_name in [
        ('shop.orders', 'records_facts_to_kpis', 'order_count'),
        ('shop.orders', 'gross_amount_facts_to_kpis', 'gross_revenue_amount'),
        ('shop.refunds', 'refunded_amount_facts_to_kpis', 'refunded_amount')
    ] %}
        select
            '{{ table_name }}' as table_name,
            '{{ measure }}' as measure,
            {{ column_name }} as record_value,
            date_day as day_date
        from days
        {{ "union all" if not loop.last }}
    {% endfor %}

),

int_revenue_reconciled as (

    {{ reconciliation_entries('records', 'results') }}

)

select * from int_revenue_reconciled
