with

orders as (

    select * from {{ ref('int_orders_validated') }}
    where is_valid and customer_id is not null

),

cut_offs as (

    select * from {{ ref('int_cut_offs_listed') }}
    where outcome_date is not null

),

int_orders_aggregated_after_cut_off as (

    select
        orders.customer_id,
        cut_offs.cut_off_date,
        count(distinct cast(orders.ordered_at as date)) as order_day_count,
        {{ sum_amount('orders.net_amount') }} as net_revenue_amount
    from orders
    inner join cut_offs
        on
            cast(orders.ordered_at as date) > cut_offs.cut_off_date
            and cast(orders.ordered_at as date) <= cut_offs.outcome_date
    group by orders.customer_id, cut_offs.cut_off_date

)

select * from int_orders_aggregated_after_cut_off
