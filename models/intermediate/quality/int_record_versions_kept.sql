{#-
    A table that is landed whole can be emptied; an incremental model still has its rows.
-#}
{{ config(materialized = 'view') }}

with

record_versions as (

    select * from {{ ref('stg_ingestion__record_versions') }}

),

loads as (

    select * from {{ ref('stg_ingestion__loads') }}

),

cleared_loads as (

    select
        concat_ws('.', source_name, table_name) as table_name,
        ended_at
    from loads
    where outcome = 'cleared'
    group by source_name, table_name, ended_at

),

int_record_versions_kept as (

    select
        record_versions.source_record_id,
        record_versions.table_name,
        record_versions.currency_code,
        record_versions.record_amount,
        record_versions._loaded_at,
        record_versions._batch_id,
        record_versions._source_position
    from record_versions
    left join cleared_loads
        on
            record_versions.table_name = cleared_loads.table_name
            and record_versions._loaded_at = cleared_loads.ended_at
    where cleared_loads.ended_at is null

)

select * from int_record_versions_kept
