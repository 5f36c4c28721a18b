-- Fails when what all batches changed does not add up, for a month and country, to the
-- orders and amounts that `kpi_monthly` shows of it. What is older than its calendar
-- is not in it.

with

revenue_changes as (

    select * from {{ ref('int_revenue_changes_landed') }}

),

kpi_monthly as (

    select * from {{ ref('kpi_monthly') }}
    where level_name = 'country'

),

as_of_date as (

    select * from {{ ref('int_as_of_date') }}

),

summed as (

    select
        revenue_changes.month_start_date,
        revenue_changes.country_code,
        sum(revenue_changes.order_count_change) as order_count,
        {{ sum_amount('revenue_changes.gross_revenue_amount_change') }}
            as gross_revenue_amount,
        {{ sum_amount('revenue_changes.refunded_amount_change') }} as refunded_amount
    from revenue_changes
    inner join as_of_date
        on
            revenue_changes.month_start_date
            >= {{ earliest_kpi_month('as_of_date.as_of_date') }}
    group by revenue_changes.month_start_date, revenue_changes.country_code

)

select
    kpi_monthly.month_start_date,
    kpi_monthly.country_code,
    summed.month_start_date as summed_month_date,
    summed.country_code as summed_country_code,
    kpi_monthly.order_count,
    summed.order_count as summed_order_count,
    kpi_monthly.gross_revenue_amount,
    summed.gross_revenue_amount as summed_gross_revenue_amount,
    kpi_monthly.refunded_amount,
    summed.refunded_amount as summed_refunded_amount
from kpi_monthly
full outer join summed
    on
        kpi_monthly.month_start_date = summed.month_start_date
        and kpi_monthly.country_code = summed.country_code
where
    coalesce(kpi_monthly.order_count, -1) <> coalesce(summed.order_count, 0)
    {#- An amount that was ever unknown for want of a rate leaves its sum unknown. #}
    or kpi_monthly.gross_revenue_amount <> {{ amount_or_zero(
        'summed.gross_revenue_amount', 'summed.country_code'
    ) }}
    or kpi_monthly.refunded_amount <> {{ amount_or_zero(
        'summed.refunded_amount', 'summed.country_code'
    ) }}
