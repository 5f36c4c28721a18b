{%- set staged_tables = [
    ('shop.customers', ref('stg_shop__customers'), 'customer_id'),
    ('shop.order_lines', ref('stg_shop__order_lines'), 'order_line_id'),
    ('shop.orders', ref('stg_shop__orders'), 'order_id'),
    ('shop.products', ref('stg_shop__products'), 'product_id'),
    ('shop.refunds', ref('stg_shop__refunds'), 'refund_id')
] -%}
{%- set amounts = {
    'shop.orders': 'total_amount',
    'shop.refunds': 'refund_amount'
} -%}

with

record_versions as (

    select * from {{ ref('stg_ingestion__record_versions') }}
    where split_part(table_name, '.', 1) = 'shop'

),

staged_versions as (

    {% for table_name, relation, key in staged_tables %}
        select
            '{{ table_name }}' as table_name,
            {{ key }} as source_record_id,
            cast({{ 'currency_code' if table_name in amounts else 'null' }} as string)
                as currency_code,
            cast({{ amounts.get(table_name, 'null') }} as decimal(18, 4))
                as record_amount,
            _loaded_at,
            _source_position
        from {{ relation }}
        {{ "union all" if not loop.last }}
    {% endfor %}

),

{{ reconciled_versions(amount_names={
    'shop.orders': 'gross_amount',
    'shop.refunds': 'refunded_amount'
}) }},

int_shop_versions_reconciled as (

    select
        table_name,
        measure,
        entry_name,
        entry_value,
        day_date
    from reconciled_versions

)

select * from int_shop_versions_reconciled
