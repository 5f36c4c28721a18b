{#-
    Judged as on the last day of the outcome: what a model learns at a later cut-off must not
    depend on what happened after it.
-#}

with

orders as (

    select * from {{ ref('int_orders_validated') }}

),

converted_orders as (

    select * from {{ ref('int_orders_converted') }}

),

refunds as (

    select * from {{ ref('int_refunds_converted') }}

),

cut_offs as (

    select * from {{ ref('int_cut_offs_listed') }}
    where outcome_date is not null

),

later_orders as (

    select
        orders.order_id,
        orders.customer_id,
        converted_orders.total_amount,
        converted_orders.converted_total_amount,
        cast(orders.ordered_at as date) as order_date,
        cut_offs.cut_off_date,
        cut_offs.outcome_date
    from orders
    inner join converted_orders on orders.order_id = converted_orders.order_id
    inner join cut_offs
        on
            cast(orders.ordered_at as date) > cut_offs.cut_off_date
            and cast(orders.ordered_at as date) <= cut_offs.outcome_date
    where
        orders.customer_id is not null
        and not {{ is_cancelled_by(
            'orders', 'cut_offs.outcome_date', 'cut_offs.as_of_date'
        ) }}

),

known_refunds as (

    select
        later_orders.order_id,
        later_orders.cut_off_date,
        {{ sum_amount('refunds.refunded_amount_original') }}
            as refunded_amount_original,
        {{ sum_amount('refunds.refunded_amount') }} as refunded_amount
    from later_orders
    inner join refunds
        on
            later_orders.order_id = refunds.order_id
            and later_orders.outcome_date >= cast(refunds.refunded_at as date)
    group by later_orders.order_id, later_orders.cut_off_date

),

valid_orders as (

    select
        later_orders.customer_id,
        later_orders.cut_off_date,
        later_orders.order_date,
        case
            when known_refunds.order_id is null
                then later_orders.converted_total_amount
            else later_orders.converted_total_amount - known_refunds.refunded_amount
        end as net_amount
    from later_orders
    left join known_refunds
        on
            later_orders.order_id = known_refunds.order_id
            and later_orders.cut_off_date = known_refunds.cut_off_date
    where
        not {{ is_refunded_in_full(
            'later_orders.total_amount', 'known_refunds.refunded_amount_original'
        ) }}

),

int_orders_aggregated_after_cut_off as (

    select
        customer_id,
        cut_off_date,
        count(distinct order_date) as order_day_count,
        {{ sum_amount('net_amount') }} as net_revenue_amount
    from valid_orders
    group by customer_id, cut_off_date

)

select * from int_orders_aggregated_after_cut_off
