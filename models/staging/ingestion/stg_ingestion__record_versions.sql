{#-
    All that was ever landed, by key, place and money alone: what staging makes of it is
    reconciled against this, and must not be read from staging itself.
-#}

{{
    config(
        unique_key = [
            "table_name",
            "source_record_id",
            "_loaded_at",
            "_source_position"
        ]
    )
}}

{%- set rate_key = "concat_ws('|', cast(rate_date as string), " ~
    upper_code("trim(base_currency)") ~ ", " ~ upper_code("trim(quote_currency)") ~
    ")" -%}
{%- set delivered_tables = [
    ('commerce.customers', source('commerce', 'customers'), 'trim(customer_id)'),
    ('commerce.events', source('commerce', 'events'), 'trim(event_id)'),
    ('commerce.exchange_rates', source('commerce', 'exchange_rates'), rate_key),
    ('crm.campaign_spend', source('crm', 'campaign_spend'), 'trim(id)'),
    ('crm.consents', source('crm', 'consents'), 'trim(id)'),
    ('crm.contacts', source('crm', 'contacts'), 'trim(id)'),
    ('crm.tickets', source('crm', 'tickets'), 'trim(id)'),
    ('shop.customers', source('shop', 'customers'), 'trim(customer_id)'),
    ('shop.order_lines', source('shop', 'order_lines'), 'trim(order_line_id)'),
    ('shop.orders', source('shop', 'orders'), 'trim(order_id)'),
    ('shop.products', source('shop', 'products'), 'trim(product_id)'),
    ('shop.refunds', source('shop', 'refunds'), 'trim(refund_id)')
] -%}
{%- set amounts = {
    'crm.campaign_spend': 'amount',
    'shop.orders': 'total_amount',
    'shop.refunds': 'amount'
} -%}
{%- set decided_tables = [
    (
        'stewardship.identity_decisions',
        source('stewardship', 'identity_decisions'),
        'decision_id'
    ),
    (
        'stewardship.value_frequencies',
        source('stewardship', 'value_frequencies'),
        "concat_ws('|', attribute, value)"
    )
] -%}

with

delivered_versions as (

    {% for table_name, relation, key in delivered_tables %}
        select
            '{{ table_name }}' as table_name,
            {{ key }} as source_record_id,
            {% if table_name in amounts -%}
                {{ upper_code('trim(currency)') }} as currency_code,
            {%- else -%}
                cast(null as string) as currency_code,
            {%- endif %}
            cast({{ amounts.get(table_name, 'null') }} as decimal(18, 4))
                as record_amount,
            cast(_loaded_at as timestamp) as _loaded_at,
            _batch_id,
            _source_position
        from {{ relation }}
        {{ newly_loaded("table_name = '" ~ table_name ~ "'") }}
        {{ "union all" if not loop.last }}
    {% endfor %}

),

{# People decide one thing at a time, without a batch. #}
decided_versions as (

    {% for table_name, relation, key in decided_tables %}
        select
            '{{ table_name }}' as table_name,
            {{ key }} as source_record_id,
            cast(null as string) as currency_code,
            cast(null as decimal(18, 4)) as record_amount,
            cast(_loaded_at as timestamp) as _loaded_at,
            cast(null as string) as _batch_id,
            cast(0 as bigint) as _source_position
        from {{ relation }}
        {{ newly_loaded("table_name = '" ~ table_name ~ "'") }}
        {{ "union all" if not loop.last }}
    {% endfor %}

),

stg_ingestion__record_versions as (

    select
        source_record_id,
        table_name,
        currency_code,
        record_amount,
        _loaded_at,
        _batch_id,
        _source_position
    from delivered_versions

    union all

    select
        source_record_id,
        table_name,
        currency_code,
        record_amount,
        _loaded_at,
        _batch_id,
        _source_position
    from decided_versions

)

select * from stg_ingestion__record_versions
