{#-
    What a run has landed is counted from the log of loads, which is made of the commits
    themselves: a run that was killed counts with what it had committed.
-#}

with

runs as (

    select * from {{ ref('stg_ingestion__runs') }}

),

loads as (

    select * from {{ ref('stg_ingestion__loads') }}

),

starts as (

    select * from runs
    where run_outcome = 'started'

),

endings as (

    select * from runs
    where run_outcome <> 'started'

),

loads_counted as (

    select
        source_name,
        table_name,
        _batch_id,
        cast(sum(delivered_count) as bigint) as delivered_count,
        cast(sum(landed_count) as bigint) as landed_count,
        cast(sum(rejected_count) as bigint) as rejected_count,
        cast(sum(rejected_before_count) as bigint) as rejected_before_count,
        cast(sum(unchanged_count) as bigint) as unchanged_count,
        cast(sum(not_landed_count) as bigint) as not_landed_count
    from loads
    group by source_name, table_name, _batch_id

),

ingestion_runs as (

    select
        ---------- strings
        starts.source_name,
        starts.table_name,
        starts._batch_id as batch_id,
        coalesce(endings.run_outcome, 'unfinished') as run_outcome,
        starts.cursor_before,
        endings.cursor_after,
        endings.error_message,

        ---------- numerics
        coalesce(loads_counted.delivered_count, 0) as delivered_count,
        coalesce(loads_counted.landed_count, 0) as landed_count,
        coalesce(loads_counted.rejected_count, 0) as rejected_count,
        coalesce(loads_counted.rejected_before_count, 0) as rejected_before_count,
        coalesce(loads_counted.unchanged_count, 0) as unchanged_count,
        coalesce(loads_counted.not_landed_count, 0) as not_landed_count,
        endings.delivered_byte_count,
        endings.duration_seconds,

        ---------- timestamps
        coalesce(endings.ingestion_started_at, starts.ingestion_started_at)
            as ingestion_started_at,
        endings.ingestion_ended_at

    from starts
    left join endings
        on
            starts.source_name = endings.source_name
            and starts.table_name = endings.table_name
            and starts._batch_id = endings._batch_id
    left join loads_counted
        on
            starts.source_name = loads_counted.source_name
            and starts.table_name = loads_counted.table_name
            and starts._batch_id = loads_counted._batch_id

)

select * from ingestion_runs
