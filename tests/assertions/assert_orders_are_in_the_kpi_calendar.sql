-- Fails for a valid order older than the calendar of the KPIs: it is misdated, or
-- `kpi_history_years` is too small. It is in `fct_orders`, and in no KPI.
{{ config(severity="warn") }}

with

fct_orders as (

    select * from {{ ref('fct_orders') }}

),

as_of_date as (

    select * from {{ ref('int_as_of_date') }}

)

select
    fct_orders.order_id,
    fct_orders.order_date
from fct_orders
cross join as_of_date
where
    fct_orders.is_valid
    and fct_orders.order_date < {{ earliest_kpi_month('as_of_date.as_of_date') }}
