with

movements as (

    select * from {{ ref('int_revenue_movements_booked') }}

),

int_revenue_aggregated_to_month as (

    select
        month_start_date,
        coalesce(country_code, 'all') as country_code,
        coalesce(acquisition_channel, 'all') as acquisition_channel,
        cast(sum(order_count) as bigint) as order_count,
        {{ sum_amount('gross_amount') }} as gross_revenue_amount,
        {{ sum_amount('refunded_amount') }} as refunded_amount
    from movements
    group by {{ kpi_levels(['month_start_date']) }}

)

select * from int_revenue_aggregated_to_month
