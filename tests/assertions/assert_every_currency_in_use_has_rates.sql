-- Fails when an order, a refund, a product's cost or spend has a currency and day
-- without a rate into the reporting currency. The rows name them; `quality` keeps those
-- of the last run. Where no rates are delivered at all,
-- `assert_exchange_rates_are_delivered` warns.
{{ config(store_failures=true, schema="quality") }}

with

missed_rates as (

    select * from {{ ref('int_exchange_rates_missed') }}

),

delivered_rates as (

    select count(*) as rate_count from {{ ref('stg_commerce__exchange_rates') }}

)

select
    missed_rates.currency_code,
    missed_rates.rate_date,
    missed_rates.used_by,
    missed_rates.occurrence_count
from missed_rates
inner join delivered_rates on delivered_rates.rate_count > 0
