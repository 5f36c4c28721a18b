with

customers as (

    select * from {{ ref('int_customers_unified') }}

),

orders as (

    select * from {{ ref('int_orders_validated') }}

),

events as (

    select * from {{ ref('int_events_identified') }}

),

tickets as (

    select * from {{ ref('int_tickets_identified') }}

),

cut_offs as (

    select * from {{ ref('int_cut_offs_listed') }}

),

traces as (

    select
        customer_id,
        registration_date as trace_date
    from customers

    union all

    select
        customer_id,
        cast(min(ordered_at) as date) as trace_date
    from orders
    group by customer_id

    union all

    select
        customer_id,
        cast(min(identified_at) as date) as trace_date
    from events
    group by customer_id

    union all

    select
        customer_id,
        cast(min(opened_at) as date) as trace_date
    from tickets
    group by customer_id

),

first_traces as (

    select
        customer_id,
        min(trace_date) as first_trace_date
    from traces
    group by customer_id

),

{#
    At a past cut-off only who had left a trace by then; at the as-of date everybody,
    also those of whom no source says since when.
#}
int_customers_observed as (

    select
        first_traces.customer_id,
        case
            when first_traces.first_trace_date <= cut_offs.cut_off_date
                then first_traces.first_trace_date
        end as first_trace_date,
        cut_offs.cut_off_date,
        cut_offs.as_of_date
    from first_traces
    inner join cut_offs
        on
            first_traces.first_trace_date <= cut_offs.cut_off_date
            or cut_offs.cut_off_date = cut_offs.as_of_date
    where first_traces.customer_id is not null

)

select * from int_customers_observed
