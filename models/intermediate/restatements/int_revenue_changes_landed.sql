{#-
    What a state counts for is booked when it begins and taken back when the next one does:
    all changes of a month add up to what the month counts today.
-#}

with

order_states as (

    select * from {{ ref('int_order_states_landed') }}

),

refund_states as (

    select * from {{ ref('int_refund_states_landed') }}

),

counted as (

    select
        order_id,
        batch_number,
        next_batch_number,
        country_code,
        'order' as movement_type,
        1 as order_count,
        valued_amount as gross_amount,
        cast(0 as decimal(18, 4)) as refunded_amount,
        order_month_date as month_start_date
    from order_states
    where is_valid

    union all

    select
        order_states.order_id,
        order_states.batch_number,
        order_states.next_batch_number,
        order_states.country_code,
        'refund' as movement_type,
        0 as order_count,
        cast(0 as decimal(18, 4)) as gross_amount,
        refund_states.refunded_amount,
        refund_states.refund_month_date as month_start_date
    from order_states
    inner join refund_states
        on
            order_states.order_id = refund_states.order_id
            and order_states.batch_number = refund_states.batch_number
    where order_states.is_valid

),

booked as (

    select
        order_id,
        batch_number,
        country_code,
        movement_type,
        order_count,
        gross_amount,
        refunded_amount,
        month_start_date
    from counted

    union all

    select
        order_id,
        next_batch_number as batch_number,
        country_code,
        movement_type,
        -order_count as order_count,
        -gross_amount as gross_amount,
        -refunded_amount as refunded_amount,
        month_start_date
    from counted
    where next_batch_number is not null

),

int_revenue_changes_landed as (

    select
        order_id,
        batch_number,
        country_code,
        movement_type,
        month_start_date,
        cast(sum(order_count) as int) as order_count_change,
        {{ sum_amount('gross_amount') }} as gross_revenue_amount_change,
        {{ sum_amount('refunded_amount') }} as refunded_amount_change
    from booked
    group by order_id, batch_number, country_code, movement_type, month_start_date
    having
        sum(order_count) <> 0
        or count(*) <> count(gross_amount)
        or count(*) <> count(refunded_amount)
        or sum(gross_amount) <> 0
        or sum(refunded_amount) <> 0

)

select * from int_revenue_changes_landed
