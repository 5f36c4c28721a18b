{{ config(unique_key = "load_key") }}

with

source as (

    select * from {{ source('ingestion', 'loads') }}
    {{ newly_loaded() }}

),

{# A row is written once; an incremental run may read it twice. -#}
stg_ingestion__loads as (

    select
        ---------- ids
        load_key,

        ---------- strings
        source_name,
        table_name,
        outcome,

        ---------- numerics
        delivered_count,
        carried_over_count,
        landed_count,
        rejected_count,
        rejected_before_count,
        unchanged_count,
        outside_window_count,
        not_landed_count,

        ---------- timestamps
        cast(ended_at as timestamp) as ended_at,

        ---------- metadata
        cast(_loaded_at as timestamp) as _loaded_at,
        batch_id as _batch_id

    from source

)

select * from stg_ingestion__loads
