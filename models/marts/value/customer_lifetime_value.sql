{#-
    Value to come: expected days with an order over twelve months, discounted by month, times
    the expected value of such a day, times the margin of the segment.
-#}

with

customers as (

    select * from {{ ref('int_customers_unified') }}

),

orders as (

    select * from {{ ref('int_orders_aggregated_to_customer') }}

),

purchases as (

    select * from {{ ref('int_purchases_scored') }}

),

value_models as (

    select * from {{ ref('int_purchase_model_parameters') }}
    where model_name = 'gamma_gamma'

),

margins as (

    select * from {{ ref('int_margins_aggregated_to_segment') }}

),

as_of_date as (

    select * from {{ ref('int_as_of_date') }}

),

expected as (

    select
        customers.customer_id,
        as_of_date.as_of_date,
        purchases.customer_id is not null as has_ordered,
        purchases.model_name is not null as has_purchase_model,
        purchases.is_pooled or value_models.is_pooled as is_pooled,
        purchases.expected_purchase_count_12m,
        purchases.discounted_purchase_count_12m,
        margins.margin_rate,
        purchases.expected_purchase_value,
        {{ amount_or_zero('orders.net_revenue_amount', 'orders.customer_id') }}
            as historic_net_amount,
        {{ amount_or_zero('orders.margin_amount', 'orders.customer_id') }}
            as historic_margin_amount
    from customers
    cross join as_of_date
    left join orders on customers.customer_id = orders.customer_id
    left join purchases
        on
            customers.customer_id = purchases.customer_id
            and as_of_date.as_of_date = purchases.cut_off_date
    left join value_models
        on
            purchases.cut_off_date = value_models.cut_off_date
            and purchases.segment_code = value_models.segment_code
    left join margins on purchases.segment_code = margins.segment_code

),

valued as (

    select
        *,
        {{ estimated_amount(
            'discounted_purchase_count_12m * expected_purchase_value * margin_rate'
        ) }} as predicted_value_12m_amount
    from expected

),

ranked as (

    select
        *,
        cume_dist() over (
            partition by predicted_value_12m_amount is null
            order by predicted_value_12m_amount desc
        ) as value_rank_share
    from valued

),

customer_lifetime_value as (

    select
        ---------- ids
        customer_id,

        ---------- strings
        case
            when not has_ordered then 'no_orders'
            when not has_purchase_model then 'no_model'
            when predicted_value_12m_amount is null then 'no_value_model'
            when is_pooled then 'pooled'
            else 'by_segment'
        end as score_status,
        {{ value_tier('(predicted_value_12m_amount is not null)', 'value_rank_share') }}
            as predicted_value_tier,

        ---------- numerics
        historic_net_amount,
        historic_margin_amount,
        expected_purchase_count_12m as expected_orders_12m,
        {{ estimated_amount('expected_purchase_value') }}
            as expected_order_value_amount,
        margin_rate,
        predicted_value_12m_amount,

        ---------- dates
        as_of_date

    from ranked

)

select * from customer_lifetime_value
