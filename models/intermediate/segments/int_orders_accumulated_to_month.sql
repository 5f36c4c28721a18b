{#-
    Orders as they are valid today; a refund counts from its day on, but never before its
    order. Months are of UTC, as the as-of date is.
-#}

with

orders as (

    select * from {{ ref('int_orders_validated') }}
    where is_valid and customer_id is not null

),

refunds as (

    select * from {{ ref('int_refunds_converted') }}

),

{# The last day with an order that was known before this one. #}
followed_orders as (

    select
        *,
        cast(ordered_at as date) as known_date,
        max(order_date) over (
            partition by customer_id
            order by ordered_at, order_id
            rows between unbounded preceding and 1 preceding
        ) as known_order_date
    from orders

),

{#
    The day before the last one: of each two, the earlier. Two orders on one day are no
    two days, and days of markets can come in another order than the orders.
#}
movements as (

    select
        customer_id,
        {{ month_start('known_date') }} as month_start_date,
        1 as order_count,
        gross_amount as net_amount,
        order_date,
        case
            when order_date <> known_order_date
                then least(order_date, known_order_date)
        end as earlier_order_date
    from followed_orders

    union all

    select
        orders.customer_id,
        {{ month_start(
            'greatest(cast(refunds.refunded_at as date), cast(orders.ordered_at as date))'
        ) }} as month_start_date,
        0 as order_count,
        cast(-refunds.refunded_amount as decimal(18, 4)) as net_amount,
        cast(null as date) as order_date,
        cast(null as date) as earlier_order_date
    from refunds
    inner join orders on refunds.order_id = orders.order_id

),

months as (

    select
        customer_id,
        month_start_date,
        sum(order_count) as order_count,
        sum(net_amount) as net_amount,
        count(*) - count(net_amount) as unknown_amount_count,
        min(order_date) as first_order_date,
        max(earlier_order_date) as previous_order_date,
        max(order_date) as last_order_date
    from movements
    group by customer_id, month_start_date

),

int_orders_accumulated_to_month as (

    select
        ---------- ids
        customer_id,

        ---------- numerics
        cast(sum(order_count) over months_so_far as bigint) as order_count,
        case
            when sum(unknown_amount_count) over months_so_far = 0
                then cast(sum(net_amount) over months_so_far as decimal(18, 4))
        end as net_revenue_amount,

        ---------- dates
        month_start_date,
        lead(month_start_date) over (
            partition by customer_id
            order by month_start_date
        ) as next_month_date,
        min(first_order_date) over months_so_far as first_order_date,
        max(previous_order_date) over months_so_far as previous_order_date,
        max(last_order_date) over months_so_far as last_order_date

    from months
    window months_so_far as (
        partition by customer_id
        order by month_start_date
        rows between unbounded preceding and current row
    )

)

select * from int_orders_accumulated_to_month
