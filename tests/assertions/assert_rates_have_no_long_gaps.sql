-- Fails when a pair of currencies goes without a quote for longer than a rate is
-- carried. A warning: the currency may not be in use on those days.
{{ config(severity="warn") }}

with

exchange_rates as (

    select * from {{ ref('stg_commerce__exchange_rates') }}

),

quoted as (

    select
        base_currency_code,
        quote_currency_code,
        rate_date,
        lead(rate_date) over (
            partition by base_currency_code, quote_currency_code
            order by rate_date
        ) as next_rate_date
    from exchange_rates

)

select
    base_currency_code,
    quote_currency_code,
    rate_date,
    next_rate_date
from quoted
where datediff(next_rate_date, rate_date) > {{ var('max_rate_age_days') }} + 1
