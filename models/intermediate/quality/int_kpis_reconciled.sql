{{ config(materialized = 'view') }}

{%- set steps = [
    ref('int_customer_days_reconciled'),
    ref('int_marketing_spends_reconciled'),
    ref('int_revenue_reconciled'),
    ref('int_ticket_months_reconciled')
] -%}

with

int_kpis_reconciled as (

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

select * from int_kpis_reconciled
