{{
    config(
        unique_key = [
            "rate_date",
            "base_currency_code",
            "quote_currency_code"
        ]
    )
}}

with

source as (

    select * from {{ source('commerce', 'exchange_rates') }}
    {{ newly_loaded() }}

),

renamed as (

    select
        ---------- strings
        {{ upper_code('trim(base_currency)') }} as base_currency_code,
        {{ upper_code('trim(quote_currency)') }} as quote_currency_code,

        ---------- numerics
        rate,

        ---------- dates
        rate_date,

        ---------- metadata
        cast(_loaded_at as timestamp) as _changed_at,
        cast(_loaded_at as timestamp) as _first_loaded_at,
        cast(_loaded_at as timestamp) as _loaded_at,
        _batch_id,
        _source_position

    from source

),

{{
    latest_versions(
        'renamed',
        key=['rate_date', 'base_currency_code', 'quote_currency_code']
    )
}},

stg_commerce__exchange_rates as (

    select
        base_currency_code,
        quote_currency_code,
        rate,
        rate_date,
        _changed_at,
        _key_first_loaded_at as _first_loaded_at,
        _loaded_at,
        _batch_id,
        _source_position

    from latest_versions

)

select * from stg_commerce__exchange_rates
