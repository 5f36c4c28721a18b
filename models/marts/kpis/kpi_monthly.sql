with

months as (

    select * from {{ ref('int_kpi_months_listed') }}

),

counts as (

    select * from {{ ref('int_customer_months_counted') }}

),

revenue as (

    select * from {{ ref('int_revenue_aggregated_to_month') }}

),

spends as (

    select * from {{ ref('int_campaign_spends_aggregated_to_month') }}

),

engagement as (

    select * from {{ ref('int_engagement_aggregated_to_month') }}

),

measured as (

    select
        months.month_start_date,
        months.country_code,
        months.acquisition_channel,
        months.is_complete_period,
        months.elapsed_day_count,
        coalesce(revenue.order_count, 0) as order_count,
        coalesce(counts.active_customer_count, 0) as active_customer_count,
        coalesce(counts.new_customer_count, 0) as new_customer_count,
        coalesce(counts.retained_customer_count, 0) as retained_customer_count,
        coalesce(counts.reactivated_customer_count, 0) as reactivated_customer_count,
        counts.previous_active_customer_count,
        coalesce(counts.repeat_customer_count, 0) as repeat_customer_count,
        coalesce(counts.customers_at_start_count, 0) as customers_at_start_count,
        coalesce(counts.customers_at_end_count, 0) as customers_at_end_count,
        coalesce(counts.churned_customer_count, 0) as churned_customer_count,
        {{ amount_or_zero('revenue.gross_revenue_amount', 'revenue.country_code') }}
            as gross_revenue_amount,
        {{ amount_or_zero('revenue.refunded_amount', 'revenue.country_code') }}
            as refunded_amount,
        {{ amount_or_zero('spends.marketing_spend_amount', 'spends.country_code') }}
            as marketing_spend_amount,
        coalesce(engagement.monthly_active_count, 0) as mau,
        coalesce(engagement.active_customer_days_count, 0)
            as active_customer_days_count
    from months
    left join counts
        on
            months.month_start_date = counts.month_start_date
            and months.country_code = counts.country_code
            and months.acquisition_channel = counts.acquisition_channel
    left join revenue
        on
            months.month_start_date = revenue.month_start_date
            and months.country_code = revenue.country_code
            and months.acquisition_channel = revenue.acquisition_channel
    left join spends
        on
            months.month_start_date = spends.month_start_date
            and months.country_code = spends.country_code
            and months.acquisition_channel = spends.acquisition_channel
    left join engagement
        on
            months.month_start_date = engagement.month_start_date
            and months.country_code = engagement.country_code
            and months.acquisition_channel = engagement.acquisition_channel

),

derived as (

    select
        *,
        cast(gross_revenue_amount - refunded_amount as decimal(18, 4))
            as net_revenue_amount,
        {{ safe_ratio('active_customer_days_count', 'elapsed_day_count') }}
            as average_dau
    from measured

),

kpi_monthly as (

    select
        ---------- ids
        country_code,
        acquisition_channel,

        ---------- numerics
        order_count,
        active_customer_count,
        new_customer_count,
        retained_customer_count,
        reactivated_customer_count,
        customers_at_start_count,
        customers_at_end_count,
        churned_customer_count,
        {{ safe_ratio('retained_customer_count', 'previous_active_customer_count') }}
            as retention_rate,
        {{ safe_ratio('churned_customer_count', 'customers_at_start_count') }}
            as churn_rate,
        {{ safe_ratio('repeat_customer_count', 'active_customer_count') }}
            as repeat_rate,
        gross_revenue_amount,
        refunded_amount,
        net_revenue_amount,
        {#- Per mean of two counts: twice the amount per their sum. #}
        {{ average_amount(
            '2 * cast(net_revenue_amount as decimal(19, 4))',
            'customers_at_start_count + customers_at_end_count'
        ) }} as arpu_amount,
        {{ average_amount('net_revenue_amount', 'active_customer_count') }}
            as arppu_amount,
        {{ average_amount('gross_revenue_amount', 'order_count') }}
            as average_order_amount,
        marketing_spend_amount,
        {{ average_amount('marketing_spend_amount', 'new_customer_count') }}
            as cac_amount,
        mau,
        average_dau,
        {{ safe_ratio('average_dau', 'mau') }} as stickiness_rate,

        ---------- booleans
        is_complete_period,

        ---------- dates
        month_start_date

    from derived

)

select * from kpi_monthly
