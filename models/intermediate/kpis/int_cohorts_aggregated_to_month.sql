with

movements as (

    select * from {{ ref('int_revenue_movements_booked') }}

),

acquired_customers as (

    select * from {{ ref('int_customers_acquired') }}

),

int_cohorts_aggregated_to_month as (

    select
        acquired_customers.month_start_date as cohort_month_date,
        {{ month_count(
            'acquired_customers.month_start_date', 'movements.month_start_date'
        ) }} as months_since_first_order,
        count(
            distinct case
                when movements.order_count = 1 then movements.customer_id
            end
        ) as active_customer_count,
        cast(sum(movements.order_count) as bigint) as order_count,
        {{ sum_amount('movements.gross_amount') }} as gross_revenue_amount,
        {{ sum_amount('movements.refunded_amount') }} as refunded_amount
    from acquired_customers
    inner join movements on acquired_customers.customer_id = movements.customer_id
    group by
        acquired_customers.month_start_date,
        {{ month_count(
            'acquired_customers.month_start_date', 'movements.month_start_date'
        ) }}

)

select * from int_cohorts_aggregated_to_month
