-- Fails when the churn features at the as-of date, which are computed point in time, do
-- not have the orders and revenue that the customer has by the current state.

with

churn_features as (

    select * from {{ ref('churn_features') }}
    where is_latest

),

orders as (

    select * from {{ ref('int_orders_aggregated_to_customer') }}

)

select
    churn_features.customer_id,
    orders.customer_id as ordering_customer_id,
    churn_features.order_count,
    orders.order_count as expected_order_count,
    churn_features.net_revenue_amount,
    orders.net_revenue_amount as expected_net_revenue_amount
from churn_features
full outer join orders on churn_features.customer_id = orders.customer_id
where
    coalesce(churn_features.order_count, 0) <> coalesce(orders.order_count, 0)
    or (
        orders.customer_id is not null
        and churn_features.net_revenue_amount
        is distinct from orders.net_revenue_amount
    )
