{#-
    What ingestion says that it has read, against what is in the raw tables. Rejections
    are counted where they lie; what else was left out, nobody but ingestion has seen.
-#}

{%- set reasons_in_log = [
    ('rejected_before', 'rejected_before_count'),
    ('unchanged', 'unchanged_count'),
    ('outside_window', 'outside_window_count'),
    ('not_landed', 'not_landed_count'),
    ('carried_over', '-carried_over_count')
] -%}

with

loads as (

    select
        *,
        concat_ws('.', source_name, table_name) as full_table_name
    from {{ ref('stg_ingestion__loads') }}
    where outcome <> 'not_logged'

),

counted_loads as (

    select * from {{ ref('int_record_loads_counted') }}

),

{# Of a run that was killed, the log has commits and no end. #}
runs as (

    select
        full_table_name,
        max(ended_at) as ended_at
    from loads
    group by full_table_name, _batch_id
    having count(*) filter (where outcome in ('finished', 'failed')) = 0

),

entries as (

    select
        full_table_name as table_name,
        'source_value' as entry_name,
        delivered_count as entry_value,
        ended_at
    from loads

    {% for reason, expression in reasons_in_log %}
        union all

        select
            full_table_name as table_name,
            '{{ reason }}' as entry_name,
            {{ expression }} as entry_value,
            ended_at
        from loads
        where {{ expression }} <> 0
    {% endfor %}

    union all

    {# Nobody knows what else was read: none of it was landed, and it comes again. #}
    select
        full_table_name as table_name,
        'interrupted' as entry_name,
        0 as entry_value,
        ended_at
    from runs

    union all

    select
        table_name,
        case when outcome = 'landed' then 'mart_value' else 'rejected' end
            as entry_name,
        record_count as entry_value,
        ended_at
    from counted_loads

    union all

    select
        table_name,
        log_state as entry_name,
        -record_count as entry_value,
        ended_at
    from counted_loads
    where log_state in ('not_logged', 'not_logged_yet')

),

int_loads_reconciled as (

    select
        table_name,
        'records_read_to_raw' as measure,
        entry_name,
        cast(sum(entry_value) as decimal(28, 4)) as entry_value,
        cast(ended_at as date) as day_date
    from entries
    group by table_name, entry_name, cast(ended_at as date)

)

select * from int_loads_reconciled
