-- Fails when a customer's segments at the end of the last month, computed point in
-- time, are not those of `customer_segments`.

with

customer_months as (

    select * from {{ ref('int_customer_months_segmented') }}

),

customer_segments as (

    select * from {{ ref('customer_segments') }}

),

last_months as (

    select max(month_start_date) as month_start_date from customer_months

),

last_segments as (

    select customer_months.*
    from customer_months
    inner join last_months
        on customer_months.month_start_date = last_months.month_start_date

)

select
    customer_segments.customer_id,
    last_segments.customer_id as customer_id_of_month,
    customer_segments.lifecycle_stage,
    last_segments.lifecycle_stage as lifecycle_stage_of_month,
    customer_segments.rfm_segment,
    last_segments.rfm_segment as rfm_segment_of_month,
    customer_segments.value_tier,
    last_segments.value_tier as value_tier_of_month
from customer_segments
-- Before anything happened there is no month.
inner join last_months on last_months.month_start_date is not null
full outer join last_segments
    on customer_segments.customer_id = last_segments.customer_id
where
    customer_segments.lifecycle_stage is distinct from last_segments.lifecycle_stage
    or customer_segments.rfm_segment is distinct from last_segments.rfm_segment
    or customer_segments.value_tier is distinct from last_segments.value_tier
