{{ config(unique_key = "refund_id") }}

with

source as (

    select * from {{ source('shop', 'refunds') }}
    {{ newly_loaded() }}

),

renamed as (

    select
        ---------- ids
        trim(refund_id) as refund_id,
        trim(order_id) as order_id,

        ---------- strings
        {{ clean_text('reason') }} as reason,
        {{ upper_code('trim(currency)') }} as currency_code,

        ---------- numerics
        amount as refund_amount,

        ---------- timestamps
        cast(refunded_at as timestamp) as refunded_at,
        cast(updated_at as timestamp) as updated_at,

        ---------- metadata
        cast(updated_at as timestamp) as _changed_at,
        cast(_loaded_at as timestamp) as _first_loaded_at,
        cast(_loaded_at as timestamp) as _loaded_at,
        _batch_id,
        _source_position

    from source

),

{{ latest_versions('renamed', key=['refund_id']) }},

stg_shop__refunds as (

    select
        refund_id,
        order_id,
        reason,
        currency_code,
        refund_amount,
        refunded_at,
        updated_at,
        _changed_at,
        _key_first_loaded_at as _first_loaded_at,
        _loaded_at,
        _batch_id,
        _source_position

    from latest_versions

)

select * from stg_shop__refunds
