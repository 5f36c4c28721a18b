with

days as (

    select * from {{ ref('int_kpi_days_listed') }}

),

revenue as (

    select * from {{ ref('int_revenue_aggregated_to_day') }}

),

spends as (

    select * from {{ ref('int_campaign_spends_aggregated_to_day') }}

),

engagement as (

    select * from {{ ref('int_engagement_aggregated_to_day') }}

),

measured as (

    select
        days.date_day,
        days.country_code,
        days.acquisition_channel,
        days.is_complete_period,
        coalesce(revenue.order_count, 0) as order_count,
        coalesce(revenue.active_customer_count, 0) as active_customer_count,
        coalesce(revenue.new_customer_count, 0) as new_customer_count,
        {{ amount_or_zero('revenue.gross_revenue_amount', 'revenue.country_code') }}
            as gross_revenue_amount,
        {{ amount_or_zero('revenue.refunded_amount', 'revenue.country_code') }}
            as refunded_amount,
        {{ amount_or_zero('spends.marketing_spend_amount', 'spends.country_code') }}
            as marketing_spend_amount,
        coalesce(engagement.daily_active_count, 0) as dau,
        coalesce(engagement.weekly_active_count, 0) as wau,
        coalesce(engagement.session_count, 0) as session_count
    from days
    left join revenue
        on
            days.date_day = revenue.date_day
            and days.country_code = revenue.country_code
            and days.acquisition_channel = revenue.acquisition_channel
    left join spends
        on
            days.date_day = spends.date_day
            and days.country_code = spends.country_code
            and days.acquisition_channel = spends.acquisition_channel
    left join engagement
        on
            days.date_day = engagement.date_day
            and days.country_code = engagement.country_code
            and days.acquisition_channel = engagement.acquisition_channel

),

int_kpi_days_measured as (

    select
        *,
        {{ kpi_level_name('measured') }} as level_name,
        cast(gross_revenue_amount - refunded_amount as decimal(18, 4))
            as net_revenue_amount,
        {{ average_amount('gross_revenue_amount', 'order_count') }}
            as average_order_amount
    from measured

)

select * from int_kpi_days_measured
