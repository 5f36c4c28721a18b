{{ config(materialized = 'view') }}

{%- set steps = [
    ref('int_campaign_spends_reconciled'),
    ref('int_customers_reconciled'),
    ref('int_events_reconciled'),
    ref('int_order_lines_reconciled'),
    ref('int_orders_reconciled'),
    ref('int_refunds_reconciled'),
    ref('int_tickets_reconciled')
] -%}

with

int_facts_reconciled as (

    {% for relation in steps %}
        select
            table_name,
            measure,
            entry_name,
            entry_value,
            day_date
        from {{ relation }}
        {{ "union all" if not loop.last }}
    {% endfor %}

)

select * from int_facts_reconciled
