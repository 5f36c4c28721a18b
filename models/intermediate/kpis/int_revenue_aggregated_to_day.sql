with

movements as (

    select * from {{ ref('int_revenue_movements_booked') }}

),

int_revenue_aggregated_to_day as (

    select
        booked_date as date_day,
        coalesce(country_code, 'all') as country_code,
        coalesce(acquisition_channel, 'all') as acquisition_channel,
        cast(sum(order_count) as bigint) as order_count,
        count(distinct case when order_count = 1 then customer_id end)
            as active_customer_count,
        count(*) filter (where is_first_order) as new_customer_count,
        {{ sum_amount('gross_amount') }} as gross_revenue_amount,
        {{ sum_amount('refunded_amount') }} as refunded_amount
    from movements
    group by {{ kpi_levels(['booked_date']) }}

)

select * from int_revenue_aggregated_to_day
