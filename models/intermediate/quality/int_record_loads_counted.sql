{#-
    What is in the lake, load by load, and whether the log knows of it. What the newest
    run has landed is in the log when the run, or the one after it, ends.
-#}

with

record_versions as (

    select * from {{ ref('stg_ingestion__record_versions') }}
    where _batch_id is not null

),

rejected_records as (

    select * from {{ ref('rejected_records') }}

),

loads as (

    select
        *,
        concat_ws('.', source_name, table_name) as full_table_name
    from {{ ref('stg_ingestion__loads') }}

),

counted_loads as (

    select
        table_name,
        'landed' as outcome,
        table_name as silent_table_name,
        count(*) as record_count,
        _loaded_at as ended_at
    from record_versions
    group by table_name, _loaded_at

    union all

    select
        concat_ws('.', source_name, table_name) as table_name,
        'rejected' as outcome,
        concat_ws('.', source_name, '_rejected') as silent_table_name,
        count(*) as record_count,
        rejected_at as ended_at
    from rejected_records
    group by source_name, table_name, rejected_at

),

logged_loads as (

    select
        full_table_name,
        outcome,
        ended_at
    from loads
    group by full_table_name, outcome, ended_at

),

newest_logged as (

    select
        full_table_name,
        max(ended_at) filter (where outcome <> 'not_logged') as ended_at,
        max(ended_at) filter (where outcome = 'not_logged') as silent_until
    from loads
    group by full_table_name

),

int_record_loads_counted as (

    select
        counted_loads.table_name,
        counted_loads.outcome,
        case
            when logged_loads.ended_at is not null then 'logged'
            when counted_loads.ended_at <= silences.silent_until then 'not_logged'
            when newest_logged.ended_at is null then 'not_logged_yet'
            when counted_loads.ended_at > newest_logged.ended_at then 'not_logged_yet'
            else 'missing'
        end as log_state,
        counted_loads.record_count,
        counted_loads.ended_at
    from counted_loads
    left join logged_loads
        on
            counted_loads.table_name = logged_loads.full_table_name
            and counted_loads.outcome = logged_loads.outcome
            and counted_loads.ended_at = logged_loads.ended_at
    left join newest_logged
        on counted_loads.table_name = newest_logged.full_table_name
    left join newest_logged as silences
        on counted_loads.silent_table_name = silences.full_table_name

)

select * from int_record_loads_counted
