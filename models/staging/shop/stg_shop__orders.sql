{{ config(unique_key = "order_id") }}

with

source as (

    select * from {{ source('shop', 'orders') }}
    {{ newly_loaded() }}

),

renamed as (

    select
        ---------- ids
        trim(order_id) as order_id,
        {{ clean_text('customer_id') }} as customer_id,

        ---------- strings
        {#- Both spellings of the word are in use. #}
        replace({{ lower_text(clean_text('status')) }}, 'canceled', 'cancelled')
            as status,
        {{ upper_code('trim(currency)') }} as currency_code,
        {{ lower_text(clean_text('sales_channel')) }} as sales_channel,
        {{ clean_text('country') }} as country,

        ---------- numerics
        discount_amount,
        shipping_amount,
        tax_amount,
        total_amount,

        ---------- timestamps
        cast(ordered_at as timestamp) as ordered_at,
        cast(updated_at as timestamp) as updated_at,

        ---------- metadata
        cast(updated_at as timestamp) as _changed_at,
        cast(_loaded_at as timestamp) as _first_loaded_at,
        cast(_loaded_at as timestamp) as _loaded_at,
        _batch_id,
        _source_position

    from source

),

{{ latest_versions('renamed', key=['order_id']) }},

stg_shop__orders as (

    select
        order_id,
        customer_id,
        status,
        currency_code,
        sales_channel,
        country,
        discount_amount,
        shipping_amount,
        tax_amount,
        total_amount,
        ordered_at,
        updated_at,
        _changed_at,
        _key_first_loaded_at as _first_loaded_at,
        _loaded_at,
        _batch_id,
        _source_position

    from latest_versions

)

select * from stg_shop__orders
