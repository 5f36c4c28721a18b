-- Fails when what all batches changed does not add up, for a month and country, to the
-- orders and amounts that `kpi_monthly` shows of it.

with

revenue_changes as (

    select * from {{ ref('int_revenue_changes_landed') }}

),

kpi_monthly as (

    select * from {{ ref('kpi_monthly') }}
    where level_name = 'country'

),

summed as (

    select
        month_start_date,
        country_code,
        sum(order_count_change) as order_count,
        {{ sum_amount('gross_revenue_amount_change') }} as gross_revenue_amount,
        {{ sum_amount('refunded_amount_change') }} as refunded_amount
    from revenue_changes
    group by month_start_date, country_code

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
