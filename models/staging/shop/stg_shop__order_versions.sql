{{ config(unique_key = ["order_id", "_batch_id", "_source_position"]) }}

with

source as (

    select * from {{ source('shop', 'orders') }}
    {{ newly_loaded() }}

),

stg_shop__order_versions as (

    select
        ---------- ids
        trim(order_id) as order_id,

        ---------- strings
        replace({{ lower_text(clean_text('status')) }}, 'canceled', 'cancelled')
            as status,
        {{ upper_code('trim(currency)') }} as currency_code,
        {{ clean_text('country') }} as country,

        ---------- numerics
        total_amount,

        ---------- timestamps
        cast(ordered_at as timestamp) as ordered_at,
        cast(updated_at as timestamp) as updated_at,

        ---------- metadata
        cast(updated_at as timestamp) as _changed_at,
        cast(_loaded_at as timestamp) as _loaded_at,
        _batch_id,
        _source_position

    from source

)

select * from stg_shop__order_versions
