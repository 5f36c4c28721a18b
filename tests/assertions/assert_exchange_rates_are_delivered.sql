-- Fails when amounts are in another currency than the reporting one while no source
-- delivers rates: they all stay null. A warning: a platform without the source of rates
-- must still build.
{{ config(severity="warn") }}

with

missed_rates as (

    select * from {{ ref('int_exchange_rates_missed') }}

),

delivered_rates as (

    select count(*) as rate_count from {{ ref('stg_commerce__exchange_rates') }}

)

select
    missed_rates.currency_code,
    sum(missed_rates.occurrence_count) as occurrence_count
from missed_rates
inner join delivered_rates on delivered_rates.rate_count = 0
group by missed_rates.currency_code
