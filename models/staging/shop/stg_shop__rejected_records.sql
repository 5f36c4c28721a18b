{{ config(unique_key = "rejected_record_id") }}

with

source as (

    select * from {{ source('shop', '_rejected') }}
    {{ newly_loaded() }}

),

{{ first_rejections('source', source_name='shop') }},

stg_shop__rejected_records as (

    select
        ---------- ids
        rejected_record_id,
        source_record_id,

        ---------- strings
        table_name,
        reason,
        payload,

        ---------- timestamps
        cast(_loaded_at as timestamp) as rejected_at,

        ---------- metadata
        cast(_loaded_at as timestamp) as _changed_at,
        cast(_loaded_at as timestamp) as _first_loaded_at,
        cast(_loaded_at as timestamp) as _loaded_at,
        _batch_id,
        _source_position

    from first_rejections

)

select * from stg_shop__rejected_records
