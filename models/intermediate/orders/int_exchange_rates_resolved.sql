{#-
    The freshest rate wins; among equally fresh ones the direct quote, then the inverse,
    then the cross through the pivot that comes first in the alphabet. Carrying a rate
    forward is the last resort: a day with a quote by any path is not a missing day.
-#}

with

carried_rates as (

    select * from {{ ref('int_exchange_rates_carried') }}

),

into_reporting_currency as (

    select
        from_currency_code as currency_code,
        conversion_rate,
        rate_age_days,
        case when is_inverse then 'inverse' else 'direct' end as rate_path,
        case when is_inverse then 2 else 1 end as path_preference,
        cast(null as string) as pivot_currency_code,
        rate_date
    from carried_rates
    where to_currency_code = '{{ var("reporting_currency") }}'

),

{# decimal(18, 12) times decimal(19, 12) fits 38 digits exactly on both engines. #}
crossed as (

    select
        first_legs.from_currency_code as currency_code,
        try_cast(
            round(
                try_cast(first_legs.conversion_rate as decimal(18, 12))
                * second_legs.conversion_rate,
                12
            ) as decimal(19, 12)
        ) as conversion_rate,
        greatest(
            first_legs.rate_age_days, second_legs.rate_age_days
        ) as rate_age_days,
        'cross' as rate_path,
        3 as path_preference,
        second_legs.currency_code as pivot_currency_code,
        first_legs.rate_date
    from carried_rates as first_legs
    inner join into_reporting_currency as second_legs
        on
            first_legs.to_currency_code = second_legs.currency_code
            and first_legs.rate_date = second_legs.rate_date
    where first_legs.from_currency_code <> '{{ var("reporting_currency") }}'

),

candidates as (

    select * from into_reporting_currency

    union all

    select * from crossed

),

ranked as (

    select
        *,
        row_number() over (
            partition by currency_code, rate_date
            order by rate_age_days, path_preference, pivot_currency_code
        ) as preference
    from candidates
    where conversion_rate > 0

),

int_exchange_rates_resolved as (

    select
        currency_code,
        rate_path,
        pivot_currency_code,
        conversion_rate,
        rate_age_days,
        rate_date
    from ranked
    where preference = 1

)

select * from int_exchange_rates_resolved
