{#-
    A segment too small for a model of its own has the margin of all, and so has one with
    too few customers whose amounts are known.
-#}

with

purchases as (

    select * from {{ ref('int_purchases_summarized') }}

),

cut_offs as (

    select * from {{ ref('int_cut_offs_listed') }}
    where cut_off_date = as_of_date

),

orders as (

    select * from {{ ref('int_orders_aggregated_to_customer') }}
    where margin_amount is not null and net_revenue_amount is not null

),

segments as (

    select
        coalesce(purchases.segment_code, 'all') as segment_code,
        count(orders.customer_id) as customer_count,
        {{ safe_ratio(
            'sum(orders.margin_amount)', 'sum(orders.net_revenue_amount)'
        ) }} as margin_rate
    from purchases
    inner join cut_offs on purchases.cut_off_date = cut_offs.cut_off_date
    left join orders on purchases.customer_id = orders.customer_id
    group by grouping sets ((purchases.segment_code), ())

),

int_margins_aggregated_to_segment as (

    select
        segment_code,
        customer_count,
        case
            when customer_count >= {{ var('min_customers_per_segment_model') }}
                then margin_rate
            else max(case when segment_code = 'all' then margin_rate end) over ()
        end as margin_rate
    from segments

)

select * from int_margins_aggregated_to_segment
