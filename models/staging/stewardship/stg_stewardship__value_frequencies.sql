{#
    Only the newest refresh: how much agreement on a value weighs shall change on command
    and not with every new record.
-#}
{{ config(materialized = 'table') }}

with

source as (

    select * from {{ source('stewardship', 'value_frequencies') }}

),

newest_refresh as (

    select max(refreshed_at) as refreshed_at from source

),

stg_stewardship__value_frequencies as (

    select
        ---------- strings
        source.attribute,
        source.value,

        ---------- numerics
        source.record_count,
        source.population_count,

        ---------- timestamps
        cast(source.refreshed_at as timestamp) as refreshed_at,

        ---------- metadata
        cast(source._loaded_at as timestamp) as _loaded_at

    from source
    inner join newest_refresh on source.refreshed_at = newest_refresh.refreshed_at

)

select * from stg_stewardship__value_frequencies
