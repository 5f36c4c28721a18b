-- Fails when `kpi_daily`, `kpi_monthly_by_currency` or, for all customers, the complete
-- months of `kpi_cohort_retention` do not add up to those of `kpi_monthly`. What is
-- dated before the month of its customer's first order is in no month of a cohort, and
-- whose first order is older than the calendar is in no cohort.

with

kpi_monthly as (

    select * from {{ ref('kpi_monthly') }}

),

kpi_daily as (

    select * from {{ ref('kpi_daily') }}

),

kpi_monthly_by_currency as (

    select * from {{ ref('kpi_monthly_by_currency') }}

),

kpi_cohort_retention as (

    select * from {{ ref('kpi_cohort_retention') }}

),

movements as (

    select * from {{ ref('int_revenue_movements_booked') }}

),

acquired_customers as (

    select * from {{ ref('int_customers_acquired') }}

),

as_of_date as (

    select * from {{ ref('int_as_of_date') }}

),

movements_in_no_cohort as (

    select
        movements.month_start_date,
        movements.order_count,
        movements.gross_amount - movements.refunded_amount as net_revenue_amount,
        0 as new_customer_count
    from movements
    cross join as_of_date
    inner join acquired_customers
        on
            movements.customer_id = acquired_customers.customer_id
            and (
                movements.month_start_date < acquired_customers.month_start_date
                or acquired_customers.month_start_date
                < {{ earliest_kpi_month('as_of_date.as_of_date') }}
            )

),

cohort_months as (

    select
        month_start_date,
        order_count,
        net_revenue_amount,
        case
            when months_since_first_order = 0 then cohort_customer_count else 0
        end as new_customer_count
    from kpi_cohort_retention
    where is_complete_period

    union all

    select * from movements_in_no_cohort

),

-- A sum over days or currencies that are not all known would leave the unknown out.
summed as (

    select
        'kpi_daily' as mart_name,
        {{ month_start('date_day') }} as month_start_date,
        country_code,
        acquisition_channel,
        sum(order_count) as order_count,
        {{ sum_amount('net_revenue_amount') }} as net_revenue_amount,
        sum(new_customer_count) as new_customer_count,
        {{ sum_amount('marketing_spend_amount') }} as marketing_spend_amount
    from kpi_daily
    group by
        {{ month_start('date_day') }}, country_code, acquisition_channel

    union all

    select
        'kpi_monthly_by_currency' as mart_name,
        month_start_date,
        country_code,
        acquisition_channel,
        sum(order_count) as order_count,
        {{ sum_amount('net_revenue_amount') }} as net_revenue_amount,
        cast(null as bigint) as new_customer_count,
        cast(null as decimal(18, 4)) as marketing_spend_amount
    from kpi_monthly_by_currency
    group by month_start_date, country_code, acquisition_channel

    union all

    select
        'kpi_cohort_retention' as mart_name,
        month_start_date,
        'all' as country_code,
        'all' as acquisition_channel,
        sum(order_count) as order_count,
        {{ sum_amount('net_revenue_amount') }} as net_revenue_amount,
        sum(new_customer_count) as new_customer_count,
        cast(null as decimal(18, 4)) as marketing_spend_amount
    from cohort_months
    group by month_start_date

),

-- What a mart has no rows for is nothing, so that a lost row is found where it matters.
expected as (

    select
        marts.mart_name,
        kpi_monthly.*
    from kpi_monthly
    inner join
        (
            values ('kpi_daily'), ('kpi_monthly_by_currency'), ('kpi_cohort_retention')
        ) as marts (mart_name)
        on
            marts.mart_name <> 'kpi_cohort_retention'
            or (kpi_monthly.level_name = 'total' and kpi_monthly.is_complete_period)

)

select
    expected.mart_name,
    expected.month_start_date,
    expected.country_code,
    expected.acquisition_channel,
    expected.order_count,
    summed.order_count as summed_order_count,
    expected.net_revenue_amount,
    summed.net_revenue_amount as summed_net_revenue_amount,
    summed.new_customer_count as summed_new_customer_count,
    summed.marketing_spend_amount as summed_marketing_spend_amount
from expected
left join summed
    on
        expected.mart_name = summed.mart_name
        and expected.month_start_date = summed.month_start_date
        and expected.country_code = summed.country_code
        and expected.acquisition_channel = summed.acquisition_channel
where
    expected.order_count <> coalesce(summed.order_count, 0)
    or expected.net_revenue_amount is distinct from {{ amount_or_zero(
        'summed.net_revenue_amount', 'summed.mart_name'
    ) }}
    or expected.new_customer_count
    <> coalesce(summed.new_customer_count, expected.new_customer_count)
    or (
        expected.mart_name = 'kpi_daily'
        and expected.marketing_spend_amount
        is distinct from summed.marketing_spend_amount
    )
