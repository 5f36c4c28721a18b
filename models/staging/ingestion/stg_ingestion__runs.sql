{{ config(unique_key = "run_key") }}

with

source as (

    select * from {{ source('ingestion', 'runs') }}
    {{ newly_loaded() }}

),

{# A row is written once; an incremental run may read it twice. -#}
stg_ingestion__runs as (

    select
        ---------- ids
        run_key,

        ---------- strings
        source_name,
        table_name,
        run_outcome,
        cursor_before,
        cursor_after,
        error_message,

        ---------- numerics
        delivered_byte_count,
        duration_seconds,

        ---------- timestamps
        cast(ingestion_started_at as timestamp) as ingestion_started_at,
        cast(ingestion_ended_at as timestamp) as ingestion_ended_at,

        ---------- metadata
        cast(_loaded_at as timestamp) as _loaded_at,
        batch_id as _batch_id

    from source

)

select * from stg_ingestion__runs
