with

cohort_months as (

    select * from {{ ref('int_cohort_months_listed') }}

),

measures as (

    select * from {{ ref('int_cohorts_aggregated_to_month') }}

),

{# What is not over looks like a collapse: it is null, and nobody's return is zero. #}
measured as (

    select
        cohort_months.*,
        case
            when cohort_months.is_complete_period
                then coalesce(measures.active_customer_count, 0)
        end as active_customer_count,
        case
            when cohort_months.is_complete_period then coalesce(measures.order_count, 0)
        end as order_count,
        case
            when cohort_months.is_complete_period
                then {{ amount_or_zero(
                    'measures.gross_revenue_amount', 'measures.cohort_month_date'
                ) }}
        end as gross_revenue_amount,
        case
            when cohort_months.is_complete_period
                then cast(
                        {{ amount_or_zero(
                            'measures.gross_revenue_amount - measures.refunded_amount',
                            'measures.cohort_month_date'
                        ) }} as decimal(18, 4)
                    )
        end as net_revenue_amount
    from cohort_months
    left join measures
        on
            cohort_months.cohort_month_date = measures.cohort_month_date
            and cohort_months.months_since_first_order
            = measures.months_since_first_order

),

{# Unknown from the first month on whose amount is unknown. #}
cumulated as (

    select
        *,
        count(net_revenue_amount) over (
            partition by cohort_month_date
            order by months_since_first_order
        ) as known_month_count,
        sum(net_revenue_amount) over (
            partition by cohort_month_date
            order by months_since_first_order
        ) as known_net_revenue_amount,
        max(
            case when months_since_first_order = 0 then net_revenue_amount end
        ) over (partition by cohort_month_date) as first_net_revenue_amount
    from measured

),

kpi_cohort_retention as (

    select
        ---------- numerics
        months_since_first_order,
        cohort_customer_count,
        active_customer_count,
        order_count,
        gross_revenue_amount,
        net_revenue_amount,
        case
            when known_month_count = months_since_first_order + 1
                then cast(known_net_revenue_amount as decimal(18, 4))
        end as cumulative_net_revenue_amount,
        {{ safe_ratio('active_customer_count', 'cohort_customer_count') }}
            as retention_rate,
        {{ safe_ratio('net_revenue_amount', 'first_net_revenue_amount') }}
            as revenue_retention_rate,

        ---------- booleans
        is_complete_period,

        ---------- dates
        cohort_month_date,
        month_start_date

    from cumulated

)

select * from kpi_cohort_retention
