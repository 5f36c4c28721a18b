with

movements as (

    select * from {{ ref('int_revenue_movements_booked') }}

),

months as (

    select * from {{ ref('int_kpi_months_listed') }}
    where country_code = 'all' and acquisition_channel = 'all'

),

{# What is older than the calendar is in no KPI. #}
dated_movements as (

    select movements.*
    from movements
    inner join months on movements.month_start_date = months.month_start_date

),

currency_months as (

    select
        month_start_date,
        currency_code,
        coalesce(country_code, 'all') as country_code,
        coalesce(acquisition_channel, 'all') as acquisition_channel,
        cast(sum(order_count) as bigint) as order_count,
        {{ sum_amount('gross_amount_original') }} as gross_revenue_amount_original,
        {{ sum_amount('refunded_amount_original') }} as refunded_amount_original,
        {{ sum_amount('gross_amount') }} as gross_revenue_amount,
        {{ sum_amount('refunded_amount') }} as refunded_amount
    from dated_movements
    group by {{ kpi_levels(['month_start_date', 'currency_code']) }}

),

kpi_monthly_by_currency as (

    select
        ---------- ids
        country_code,
        acquisition_channel,
        currency_code,

        ---------- strings
        {{ kpi_level_name('currency_months') }} as level_name,

        ---------- numerics
        order_count,
        gross_revenue_amount_original,
        refunded_amount_original,
        cast(
            gross_revenue_amount_original - refunded_amount_original as decimal(18, 4)
        ) as net_revenue_amount_original,
        gross_revenue_amount,
        refunded_amount,
        cast(gross_revenue_amount - refunded_amount as decimal(18, 4))
            as net_revenue_amount,

        ---------- dates
        month_start_date

    from currency_months

)

select * from kpi_monthly_by_currency
