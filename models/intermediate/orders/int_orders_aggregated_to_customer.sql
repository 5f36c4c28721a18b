with

orders as (

    select * from {{ ref('int_orders_validated') }}
    where is_valid and customer_id is not null

),

{# Gaps are counted between days with orders: two orders on one day leave no gap. #}
order_days as (

    select
        customer_id,
        order_date,
        lag(order_date) over (
            partition by customer_id
            order by order_date
        ) as previous_order_date
    from orders
    group by customer_id, order_date

),

days_by_customer as (

    select
        customer_id,
        count(*) as order_day_count,
        max_by(previous_order_date, order_date) as previous_order_date
    from order_days
    group by customer_id

),

orders_by_customer as (

    select
        customer_id,
        count(*) as order_count,
        {{ sum_amount('gross_amount') }} as gross_revenue_amount,
        {{ sum_amount('net_amount') }} as net_revenue_amount,
        {{ sum_amount('margin_amount') }} as margin_amount,
        min(order_date) as first_order_date,
        max(order_date) as last_order_date
    from orders
    group by customer_id

),

int_orders_aggregated_to_customer as (

    select
        ---------- ids
        orders_by_customer.customer_id,

        ---------- numerics
        orders_by_customer.order_count,
        days_by_customer.order_day_count,
        orders_by_customer.gross_revenue_amount,
        orders_by_customer.net_revenue_amount,
        orders_by_customer.margin_amount,
        {{ average_amount(
            'orders_by_customer.gross_revenue_amount',
            'orders_by_customer.order_count'
        ) }} as average_order_amount,

        ---------- dates
        orders_by_customer.first_order_date,
        days_by_customer.previous_order_date,
        orders_by_customer.last_order_date

    from orders_by_customer
    inner join days_by_customer
        on orders_by_customer.customer_id = days_by_customer.customer_id

)

select * from int_orders_aggregated_to_customer
