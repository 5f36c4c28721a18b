{%- set staged_tables = [
    (
        'stewardship.identity_decisions',
        ref('stg_stewardship__identity_decisions'),
        'decision_id'
    ),
    (
        'stewardship.value_frequencies',
        ref('stg_stewardship__value_frequencies'),
        "concat_ws('|', attribute, value)"
    )
] -%}

with

landed_versions as (

    select * from {{ ref('stg_ingestion__record_versions') }}
    where split_part(table_name, '.', 1) = 'stewardship'

),

staged_versions as (

    {% for table_name, relation, key in staged_tables %}
        select
            '{{ table_name }}' as table_name,
            {{ key }} as source_record_id,
            _loaded_at,
            cast(0 as bigint) as _source_position
        from {{ relation }}
        {{ "union all" if not loop.last }}
    {% endfor %}

),

{# All values are counted anew: one that nobody carries any more has no version left. #}
newest_counts as (

    select max(_loaded_at) as _loaded_at
    from staged_versions
    where table_name = 'stewardship.value_frequencies'

),

record_versions as (

    select
        landed_versions.*,
        newest_counts._loaded_at is not null as is_replaced
    from landed_versions
    left join newest_counts
        on
            landed_versions.table_name = 'stewardship.value_frequencies'
            and landed_versions._loaded_at < newest_counts._loaded_at

),

{{ reconciled_versions(is_replaced='versions.is_replaced') }},

int_stewardship_versions_reconciled as (

    select
        table_name,
        measure,
        entry_name,
        entry_value,
        day_date
    from reconciled_versions

)

select * from int_stewardship_versions_reconciled
