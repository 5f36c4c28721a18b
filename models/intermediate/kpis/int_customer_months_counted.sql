with

customer_months as (

    select * from {{ ref('int_customer_months_ordered') }}

),

{#
    New, retained and reactivated customers are disjoint and make up the active ones:
    who ordered for the first time cannot have ordered in the month before.
#}
int_customer_months_counted as (

    select
        month_start_date,
        country_code,
        acquisition_channel,
        count(*) filter (where is_active) as active_customer_count,
        count(*) filter (
            where is_active_in_previous_month
        ) as previous_active_customer_count,
        count(*) filter (where is_new) as new_customer_count,
        count(*) filter (
            where is_active and is_active_in_previous_month
        ) as retained_customer_count,
        count(*) filter (
            where is_active and not is_active_in_previous_month and not is_new
        ) as reactivated_customer_count,
        count(*) filter (where is_repeat) as repeat_customer_count,
        count(*) filter (where is_active_at_start) as customers_at_start_count,
        count(*) filter (where is_active_at_end) as customers_at_end_count,
        count(*) filter (
            where is_active_at_start and not is_active_at_end
        ) as churned_customer_count
    from customer_months
    group by month_start_date, country_code, acquisition_channel

)

select * from int_customer_months_counted
