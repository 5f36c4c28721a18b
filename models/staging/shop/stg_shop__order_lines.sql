{{ config(unique_key = "order_line_id") }}

with

source as (

    select * from {{ source('shop', 'order_lines') }}
    {{ newly_loaded() }}

),

renamed as (

    select
        ---------- ids
        trim(order_line_id) as order_line_id,
        trim(order_id) as order_id,
        {{ clean_text('product_id') }} as product_id,

        ---------- numerics
        quantity,
        unit_price as unit_price_amount,
        discount_amount,

        ---------- timestamps
        cast(updated_at as timestamp) as updated_at,

        ---------- metadata
        cast(updated_at as timestamp) as _changed_at,
        cast(_loaded_at as timestamp) as _first_loaded_at,
        cast(_loaded_at as timestamp) as _loaded_at,
        _batch_id,
        _source_position

    from source

),

{{ latest_versions('renamed', key=['order_line_id']) }},

stg_shop__order_lines as (

    select
        order_line_id,
        order_id,
        product_id,
        quantity,
        unit_price_amount,
        discount_amount,
        updated_at,
        _changed_at,
        _key_first_loaded_at as _first_loaded_at,
        _loaded_at,
        _batch_id,
        _source_position

    from latest_versions

)

select * from stg_shop__order_lines
