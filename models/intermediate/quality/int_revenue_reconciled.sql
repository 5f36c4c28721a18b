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

as_of_date as (

    select * from {{ ref('int_as_of_date') }}

),

days as (

    select * from {{ ref('kpi_daily') }}
    where country_code = 'all' and acquisition_channel = 'all'

),

judged_orders as (

    select
        orders.order_id,
        case
            when orders.is_cancelled then 'cancelled'
            when orders.is_refunded_in_full then 'refunded_in_full'
            when orders.customer_id is null then 'unknown_customer'
        end as reason,
        case
            when orders.is_valid then orders.gross_amount
            else converted_orders.converted_total_amount
        end as order_amount,
        1 as order_count,
        orders.order_date
    from orders
    left join converted_orders on orders.order_id = converted_orders.order_id

),

{# Grouped, so that an order that is there twice does not double its refunds. #}
order_reasons as (

    select
        order_id,
        min(reason) as reason
    from judged_orders
    group by order_id

),

judged as (

    {% for measure, column_name in [
        ('records_facts_to_kpis', 'order_count'),
        ('gross_amount_facts_to_kpis', 'order_amount')
    ] %}
        select
            'shop.orders' as table_name,
            '{{ measure }}' as measure,
            reason,
            {{ column_name }} as record_value,
            order_date as day_date
        from judged_orders
        union all
    {% endfor %}

    select
        'shop.refunds' as table_name,
        'refunded_amount_facts_to_kpis' as measure,
        order_reasons.reason,
        refunds.refunded_amount as record_value,
        refunds.refund_date as day_date
    from refunds
    left join order_reasons on refunds.order_id = order_reasons.order_id

),

{# A refund can be in the calendar though its order is older than that. #}
dated as (

    select
        judged.table_name,
        judged.measure,
        case
            when judged.reason is not null then judged.reason
            when judged.day_date < {{ earliest_kpi_month('as_of_date.as_of_date') }}
                then 'outside_calendar'
        end as reason,
        judged.record_value,
        judged.day_date
    from judged
    cross join as_of_date

),

records as (

    {{ without_rates('dated') }}

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
