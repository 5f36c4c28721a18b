with

exchange_rates as (

    select * from {{ ref('stg_commerce__exchange_rates') }}

),

as_of_date as (

    select * from {{ ref('int_as_of_date') }}

),

known_rates as (

    select
        exchange_rates.base_currency_code,
        exchange_rates.quote_currency_code,
        exchange_rates.rate,
        exchange_rates.rate_date
    from exchange_rates
    inner join as_of_date on exchange_rates.rate_date <= as_of_date.as_of_date
    where
        exchange_rates.rate > 0
        and exchange_rates.base_currency_code <> exchange_rates.quote_currency_code

),

{#
    A rate too large for decimal(19, 12) becomes null, hence missing: an amount
    converted at it would not fit either.
#}
both_directions as (

    select
        base_currency_code as from_currency_code,
        quote_currency_code as to_currency_code,
        try_cast(rate as decimal(19, 12)) as conversion_rate,
        false as is_inverse,
        rate_date
    from known_rates

    union all

    select
        quote_currency_code as from_currency_code,
        base_currency_code as to_currency_code,
        {{ inverse_rate('rate') }} as conversion_rate,
        true as is_inverse,
        rate_date
    from known_rates

),

{# A pair that is quoted in its own direction is not inverted. #}
ranked as (

    select
        *,
        row_number() over (
            partition by from_currency_code, to_currency_code, rate_date
            order by is_inverse
        ) as preference
    from both_directions
    where conversion_rate > 0

),

quoted as (

    select
        from_currency_code,
        to_currency_code,
        conversion_rate,
        is_inverse,
        rate_date,
        lead(rate_date) over (
            partition by from_currency_code, to_currency_code
            order by rate_date
        ) as next_rate_date
    from ranked
    where preference = 1

),

{# Each quote serves its day and the days up to the next quote, within the limit. #}
served_days as (

    select
        from_currency_code,
        to_currency_code,
        conversion_rate,
        is_inverse,
        rate_date as quoted_date,
        explode(
            sequence(
                0,
                cast(
                    least(
                        {{ var('max_rate_age_days') }},
                        coalesce(
                            datediff(next_rate_date, rate_date) - 1,
                            {{ var('max_rate_age_days') }}
                        )
                    ) as int
                )
            )
        ) as rate_age_days
    from quoted

),

int_exchange_rates_carried as (

    select
        from_currency_code,
        to_currency_code,
        conversion_rate,
        cast(rate_age_days as int) as rate_age_days,
        is_inverse,
        date_add(quoted_date, cast(rate_age_days as int)) as rate_date
    from served_days

)

select * from int_exchange_rates_carried
