-- Fails when the customers who are in a segment at the end of a month are not those who
-- start from it in the next month, or when all of a month are not the customers seen by
-- its end.

with

segment_movements as (

    select * from {{ ref('segment_movements') }}

),

customers as (

    select * from {{ ref('int_customers_unified') }}

),

sightings as (

    select * from {{ ref('int_customers_sighted') }}

),

as_of_date as (

    select * from {{ ref('int_as_of_date') }}

),

bounds as (

    select
        min(month_start_date) as first_month_date,
        max(month_start_date) as last_month_date
    from segment_movements

),

ends_and_starts as (

    select
        add_months(month_start_date, 1) as month_start_date,
        segment_type,
        to_segment as segment,
        customer_count as expected_customer_count,
        0 as customer_count
    from segment_movements

    union all

    select
        month_start_date,
        segment_type,
        from_segment as segment,
        0 as expected_customer_count,
        customer_count
    from segment_movements
    where from_segment <> 'not_a_customer'

),

starts as (

    select
        ends_and_starts.month_start_date,
        ends_and_starts.segment_type,
        ends_and_starts.segment,
        sum(ends_and_starts.expected_customer_count) as expected_customer_count,
        sum(ends_and_starts.customer_count) as customer_count
    from ends_and_starts
    inner join bounds
        on
            ends_and_starts.month_start_date > bounds.first_month_date
            and ends_and_starts.month_start_date <= bounds.last_month_date
    group by
        ends_and_starts.month_start_date,
        ends_and_starts.segment_type,
        ends_and_starts.segment

),

totals as (

    select
        month_start_date,
        segment_type,
        sum(customer_count) as customer_count
    from segment_movements
    group by month_start_date, segment_type

),

known_customers as (

    select
        as_of_date.as_of_date,
        coalesce(cast(sightings.first_seen_at as date), as_of_date.as_of_date)
            as known_date
    from customers
    cross join as_of_date
    left join sightings on customers.customer_id = sightings.customer_id

),

populations as (

    select
        totals.month_start_date,
        totals.segment_type,
        'all' as segment,
        count(known_customers.known_date) as expected_customer_count,
        max(totals.customer_count) as customer_count
    from totals
    left join known_customers
        on
            known_customers.known_date
            <= least(last_day(totals.month_start_date), known_customers.as_of_date)
    group by totals.month_start_date, totals.segment_type

)

select * from starts
where expected_customer_count <> customer_count

union all

select * from populations
where expected_customer_count <> customer_count
