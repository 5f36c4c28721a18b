{{ config(unique_key = ["refund_id", "_batch_id", "_source_position"]) }}

with

source as (

    select * from {{ source('shop', 'refunds') }}
    {{ newly_loaded() }}

),

stg_shop__refund_versions as (

    select
        ---------- ids
        trim(refund_id) as refund_id,
        trim(order_id) as order_id,

        ---------- strings
        {{ upper_code('trim(currency)') }} as currency_code,

        ---------- numerics
        amount as refund_amount,

        ---------- timestamps
        cast(refunded_at as timestamp) as refunded_at,
        cast(updated_at as timestamp) as updated_at,

        ---------- metadata
        cast(updated_at as timestamp) as _changed_at,
        cast(_loaded_at as timestamp) as _loaded_at,
        _batch_id,
        _source_position

    from source

)

select * from stg_shop__refund_versions
