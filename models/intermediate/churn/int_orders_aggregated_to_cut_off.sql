{#- By UTC day; a refund paid later reduces nothing, a later cancellation neither. -#}

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

),

known_orders as (

    select
        orders.order_id,
        orders.customer_id,
        orders.country_code,
        converted_orders.total_amount,
        converted_orders.converted_total_amount,
        cast(orders.ordered_at as date) as order_date,
        cut_offs.cut_off_date
    from orders
    inner join converted_orders on orders.order_id = converted_orders.order_id
    inner join cut_offs
        on
            cast(orders.ordered_at as date) <= cut_offs.cut_off_date
            and not {{ is_cancelled_by(
                'orders', 'cut_offs.cut_off_date', 'cut_offs.as_of_date'
            ) }}

),

known_refunds as (

    select
        refunds.order_id,
        cut_offs.cut_off_date,
        {{ sum_amount('refunds.refunded_amount_original') }}
            as refunded_amount_original,
        {{ sum_amount('refunds.refunded_amount') }} as refunded_amount
    from refunds
    inner join cut_offs
        on cast(refunds.refunded_at as date) <= cut_offs.cut_off_date
    group by refunds.order_id, cut_offs.cut_off_date

),

valid_orders as (

    select
        known_orders.order_id,
        known_orders.customer_id,
        known_orders.country_code,
        known_orders.converted_total_amount as gross_amount,
        case
            when known_refunds.order_id is null
                then known_orders.converted_total_amount
            else known_orders.converted_total_amount - known_refunds.refunded_amount
        end as net_amount,
        known_orders.order_date,
        known_orders.cut_off_date,
        datediff(known_orders.cut_off_date, known_orders.order_date)
            as days_before_cut_off
    from known_orders
    left join known_refunds
        on
            known_orders.order_id = known_refunds.order_id
            and known_orders.cut_off_date = known_refunds.cut_off_date
    where
        not {{ is_refunded_in_full(
            'known_orders.total_amount', 'known_refunds.refunded_amount_original'
        ) }}

),

order_days as (

    select
        customer_id,
        cut_off_date,
        order_date,
        min(country_code) as country_code,
        count(*) as order_count,
        count(*) filter (where days_before_cut_off < 30) as orders_last_30_days,
        count(*) filter (where days_before_cut_off < 90) as orders_last_90_days,
        count(*) filter (
            where days_before_cut_off >= 90 and days_before_cut_off < 180
        ) as orders_previous_90_days,
        {{ sum_amount('gross_amount') }} as gross_amount,
        {{ sum_amount('net_amount') }} as net_amount
    from valid_orders
    where customer_id is not null
    group by customer_id, cut_off_date, order_date

),

int_orders_aggregated_to_cut_off as (

    select
        customer_id,
        cut_off_date,
        min_by(country_code, order_date) as first_country_code,
        cast(sum(order_count) as bigint) as order_count,
        count(*) as order_day_count,
        cast(sum(orders_last_30_days) as bigint) as orders_last_30_days,
        cast(sum(orders_last_90_days) as bigint) as orders_last_90_days,
        cast(sum(orders_previous_90_days) as bigint) as orders_previous_90_days,
        count(*) filter (where orders_last_90_days > 0) as order_days_last_90_days,
        count(*) filter (where orders_previous_90_days > 0)
            as order_days_previous_90_days,
        {{ sum_amount('gross_amount') }} as gross_revenue_amount,
        {{ sum_amount('net_amount') }} as net_revenue_amount,
        case
            when count(*) = count(net_amount) then min_by(net_amount, order_date)
        end as first_day_net_amount,
        min(order_date) as first_order_date,
        max(order_date) as last_order_date
    from order_days
    group by customer_id, cut_off_date

)

select * from int_orders_aggregated_to_cut_off
