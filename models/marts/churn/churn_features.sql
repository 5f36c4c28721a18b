{#-
    Only what was known at the cut-off goes in. Attributes that sources overwrite, such
    as the country, are therefore not here: join them from `customer_360`.
-#}

with

customers as (

    select * from {{ ref('int_customers_observed') }}

),

orders as (

    select * from {{ ref('int_orders_aggregated_to_cut_off') }}

),

events as (

    select * from {{ ref('int_events_aggregated_to_cut_off') }}

),

tickets as (

    select * from {{ ref('int_tickets_aggregated_to_cut_off') }}

),

churn_features as (

    select
        ---------- ids
        customers.customer_id,

        ---------- numerics
        cast(
            datediff(customers.cut_off_date, customers.first_trace_date) as int
        ) as tenure_days,
        cast(
            datediff(customers.cut_off_date, orders.first_order_date) as int
        ) as days_since_first_order,
        cast(
            datediff(customers.cut_off_date, orders.last_order_date) as int
        ) as days_since_last_order,
        coalesce(orders.order_count, 0) as order_count,
        coalesce(orders.order_day_count, 0) as order_day_count,
        coalesce(orders.orders_last_30_days, 0) as orders_last_30_days,
        coalesce(orders.orders_last_90_days, 0) as orders_last_90_days,
        coalesce(orders.orders_previous_90_days, 0) as orders_previous_90_days,
        coalesce(orders.order_days_last_90_days, 0) as order_days_last_90_days,
        coalesce(orders.order_days_previous_90_days, 0)
            as order_days_previous_90_days,
        coalesce(orders.orders_last_90_days, 0)
        - coalesce(orders.orders_previous_90_days, 0) as order_count_trend,
        {{ amount_or_zero('orders.gross_revenue_amount', 'orders.customer_id') }}
            as gross_revenue_amount,
        {{ amount_or_zero('orders.net_revenue_amount', 'orders.customer_id') }}
            as net_revenue_amount,
        {{ average_amount('orders.gross_revenue_amount', 'orders.order_count') }}
            as average_order_amount,
        {{ safe_ratio(
            'datediff(orders.last_order_date, orders.first_order_date)',
            'orders.order_day_count - 1'
        ) }} as mean_days_between_orders,
        cast(
            datediff(customers.cut_off_date, events.last_activity_date) as int
        ) as days_since_last_activity,
        coalesce(events.activities_last_30_days, 0) as activities_last_30_days,
        coalesce(events.activities_last_90_days, 0) as activities_last_90_days,
        coalesce(events.active_days_last_30_days, 0) as active_days_last_30_days,
        coalesce(events.active_days_last_90_days, 0) as active_days_last_90_days,
        coalesce(events.emails_sent_last_90_days, 0) as emails_sent_last_90_days,
        case
            when events.emails_sent_last_90_days > 0
                then least(cast(1 as double), {{ safe_ratio(
                    'events.emails_opened_last_90_days',
                    'events.emails_sent_last_90_days'
                ) }})
        end as email_open_rate,
        case
            when events.emails_sent_last_90_days > 0
                then least(cast(1 as double), {{ safe_ratio(
                    'events.emails_clicked_last_90_days',
                    'events.emails_sent_last_90_days'
                ) }})
        end as email_click_rate,
        coalesce(tickets.ticket_count, 0) as ticket_count,
        coalesce(tickets.open_ticket_count, 0) as open_ticket_count,
        tickets.mean_satisfaction_score,

        ---------- booleans
        coalesce(events.has_unsubscribed, false) as has_unsubscribed,
        customers.cut_off_date = customers.as_of_date as is_latest,

        ---------- dates
        customers.cut_off_date as as_of_date

    from customers
    left join orders
        on
            customers.customer_id = orders.customer_id
            and customers.cut_off_date = orders.cut_off_date
    left join events
        on
            customers.customer_id = events.customer_id
            and customers.cut_off_date = events.cut_off_date
    left join tickets
        on
            customers.customer_id = tickets.customer_id
            and customers.cut_off_date = tickets.cut_off_date

)

select * from churn_features
