{#-
    All that the purchase models read of a customer. Days, not orders: two orders on one day
    are one purchase, and the first day is where the customer begins, not a repeat.
-#}

with

orders as (

    select * from {{ ref('int_orders_aggregated_to_cut_off') }}

),

later_orders as (

    select * from {{ ref('int_orders_aggregated_after_cut_off') }}

),

cut_offs as (

    select * from {{ ref('int_cut_offs_listed') }}

),

int_purchases_summarized as (

    select
        ---------- ids
        orders.customer_id,

        ---------- strings
        coalesce(orders.first_country_code, 'ZZ') as segment_code,
        cut_offs.cut_off_kind,

        ---------- numerics
        cast(orders.order_day_count - 1 as int) as repeat_purchase_count,
        cast(
            datediff(orders.last_order_date, orders.first_order_date) as int
        ) as recency_days,
        cast(datediff(cut_offs.cut_off_date, orders.first_order_date) as int)
            as age_days,
        {{ safe_ratio(
            'orders.net_revenue_amount - orders.first_day_net_amount',
            'orders.order_day_count - 1'
        ) }} as mean_repeat_amount,
        cut_offs.outcome_days,
        case
            when cut_offs.outcome_date is not null
                then coalesce(later_orders.order_day_count, 0)
        end as outcome_purchase_count,
        case
            when cut_offs.outcome_date is not null
                then {{ amount_or_zero(
                    'later_orders.net_revenue_amount', 'later_orders.customer_id'
                ) }}
        end as outcome_net_amount,

        ---------- booleans
        case
            when cut_offs.outcome_date is not null
                then later_orders.customer_id is null
        end as is_churned,

        ---------- dates
        cut_offs.cut_off_date,
        cut_offs.outcome_date

    from orders
    inner join cut_offs on orders.cut_off_date = cut_offs.cut_off_date
    left join later_orders
        on
            orders.customer_id = later_orders.customer_id
            and orders.cut_off_date = later_orders.cut_off_date

)

select * from int_purchases_summarized
