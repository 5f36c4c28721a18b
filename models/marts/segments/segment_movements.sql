with

customer_months as (

    select * from {{ ref('int_customer_months_segmented') }}

),

{# Who is known stays known: the row before is that of the month before. #}
compared_months as (

    select
        *,
        lag(lifecycle_stage) over months_before as from_lifecycle_stage,
        lag(rfm_segment) over months_before as from_rfm_segment,
        lag(value_tier) over months_before as from_value_tier,
        lag(month_start_date) over months_before is not null as was_customer
    from customer_months
    window months_before as (
        partition by customer_id
        order by month_start_date
    )

),

moves as (

    select
        month_start_date,
        is_complete_period,
        was_customer,
        from_lifecycle_stage,
        from_rfm_segment,
        from_value_tier,
        lifecycle_stage,
        rfm_segment,
        value_tier,
        count(*) as customer_count
    from compared_months
    where is_kpi_month
    group by
        month_start_date,
        is_complete_period,
        was_customer,
        from_lifecycle_stage,
        from_rfm_segment,
        from_value_tier,
        lifecycle_stage,
        rfm_segment,
        value_tier

),

typed_moves as (

    {% for segment_type in ['lifecycle_stage', 'rfm_segment', 'value_tier'] %}
        select
            '{{ segment_type }}' as segment_type,
            case
                when was_customer then from_{{ segment_type }} else 'not_a_customer'
            end as from_segment,
            {{ segment_type }} as to_segment,
            customer_count,
            is_complete_period,
            month_start_date
        from moves
        {{ "union all" if not loop.last }}
    {% endfor %}

),

counted_moves as (

    select
        segment_type,
        from_segment,
        to_segment,
        is_complete_period,
        month_start_date,
        cast(sum(customer_count) as bigint) as customer_count
    from typed_moves
    group by
        segment_type, from_segment, to_segment, is_complete_period, month_start_date

),

segment_movements as (

    select
        ---------- strings
        segment_type,
        from_segment,
        to_segment,

        ---------- numerics
        customer_count,
        {{ safe_ratio(
            'customer_count',
            'sum(customer_count) over (
                partition by month_start_date, segment_type, from_segment
            )'
        ) }} as movement_rate,

        ---------- booleans
        is_complete_period,

        ---------- dates
        month_start_date

    from counted_moves

)

select * from segment_movements
