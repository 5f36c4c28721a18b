{#-
    Records of customers against today's identities. An id that only orders, events,
    tickets or consents name is a customer's, too, though no customer table delivered it.
-#}

{%- set customer_tables = [
    ('commerce.customers', 'commerce', ref('stg_commerce__customers'), 'customer_id'),
    ('crm.contacts', 'crm', ref('stg_crm__contacts'), 'contact_id'),
    ('shop.customers', 'shop', ref('stg_shop__customers'), 'customer_id')
] -%}

with

staged_records as (

    {% for table_name, source_name, relation, key in customer_tables %}
        select
            '{{ source_name }}' as source_name,
            {{ key }} as source_record_id,
            1 as record_count,
            _first_loaded_at
        from {{ relation }}

        union all
    {% endfor %}

    select
        source_name,
        source_record_id,
        0 as record_count,
        _first_loaded_at
    from {{ ref('int_customer_records_referenced') }}

),

table_names as (

    {% for table_name, source_name, relation, key in customer_tables %}
        select
            '{{ table_name }}' as table_name,
            '{{ source_name }}' as source_name
        {{ "union all" if not loop.last }}
    {% endfor %}

),

{# A record is known on the day on which it was first delivered, or named. #}
known_records as (

    select
        table_names.table_name,
        staged_records.source_name,
        staged_records.source_record_id,
        sum(staged_records.record_count) as record_count,
        min(cast(staged_records._first_loaded_at as date)) as day_date
    from staged_records
    inner join table_names on staged_records.source_name = table_names.source_name
    group by
        table_names.table_name,
        staged_records.source_name,
        staged_records.source_record_id

),

identities as (

    select * from {{ ref('customer_identities') }}
    where is_current

),

records as (

    select
        table_name,
        'records_staging_to_facts' as measure,
        cast(null as string) as reason,
        record_count as record_value,
        day_date
    from known_records

),

results as (

    select
        table_names.table_name,
        'records_staging_to_facts' as measure,
        1 as record_value,
        coalesce(known_records.day_date, cast(identities.valid_from as date))
            as day_date
    from identities
    inner join table_names on identities.source_name = table_names.source_name
    left join known_records
        on
            identities.source_name = known_records.source_name
            and identities.source_record_id = known_records.source_record_id

),

entries as (

    {{ reconciliation_entries('records', 'results') }}

),

int_customers_reconciled as (

    select
        table_name,
        measure,
        entry_name,
        entry_value,
        day_date
    from entries

    union all

    {# Comes out without having gone in. #}
    select
        table_name,
        'records_staging_to_facts' as measure,
        'referenced_only' as entry_name,
        cast(-count(*) as decimal(28, 4)) as entry_value,
        day_date
    from known_records
    where record_count = 0
    group by table_name, day_date

)

select * from int_customers_reconciled
