{{ config(materialized = 'table') }}

with

source as (

    select * from {{ source('ingestion', 'hash_keys') }}

),

stg_ingestion__hash_keys as (

    select
        hash_key,
        cast(_loaded_at as timestamp) as _loaded_at
    from source

)

select * from stg_ingestion__hash_keys
