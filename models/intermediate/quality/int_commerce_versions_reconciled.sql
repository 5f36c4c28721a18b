{%- set staged_tables = [
    ('commerce.customers', ref('stg_commerce__customers'), 'customer_id'),
    ('commerce.events', ref('stg_commerce__events'), 'event_id'),
    (
        'commerce.exchange_rates',
        ref('stg_commerce__exchange_rates'),
        "concat_ws('|', cast(rate_date as string), base_currency_code, "
        ~ "quote_currency_code)"
    )
] -%}

with

record_versions as (

    select * from {{ ref('stg_ingestion__record_versions') }}
    where split_part(table_name, '.', 1) = 'commerce'

),

staged_versions as (

    {% for table_name, relation, key in staged_tables %}
        select
            '{{ table_name }}' as table_name,
            {{ key }} as source_record_id,
            _loaded_at,
            _source_position
        from {{ relation }}
        {{ "union all" if not loop.last }}
    {% endfor %}

),

{{ reconciled_versions() }},

int_commerce_versions_reconciled as (

    select
        table_name,
        measure,
        entry_name,
        entry_value,
        day_date
    from reconciled_versions

)

select * from int_commerce_versions_reconciled
