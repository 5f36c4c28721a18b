{{ config(materialized = 'view') }}

{%- set steps = [
    ref('int_loads_reconciled'),
    ref('int_commerce_versions_reconciled'),
    ref('int_crm_versions_reconciled'),
    ref('int_shop_versions_reconciled'),
    ref('int_stewardship_versions_reconciled')
] -%}

with

int_loads_and_versions_reconciled as (

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

select * from int_loads_and_versions_reconciled
