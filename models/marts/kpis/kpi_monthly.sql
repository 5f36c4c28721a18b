with

months as (

    select * from {{ ref('int_kpi_months_measured') }}

),

acquisitions as (

    select * from {{ ref('kpi_acquisition') }}

),

derived as (

    select
        months.*,
        acquisitions.lifetime_value_amount,
        acquisitions.ltv_to_cac_ratio,
        {{ safe_ratio(
            'months.active_customer_days_count', 'months.elapsed_day_count'
        ) }} as average_dau
    from months
    left join acquisitions
        on
            months.month_start_date = acquisitions.month_start_date
            and months.country_code = acquisitions.country_code
            and months.acquisition_channel = acquisitions.acquisition_channel

),

kpi_monthly as (

    select
        ---------- ids
        country_code,
        acquisition_channel,

        ---------- strings
        level_name,

        ---------- numerics
        order_count,
        active_customer_count,
        new_customer_count,
        retained_customer_count,
        reactivated_customer_count,
        previous_active_customer_count,
        repeat_customer_count,
        customers_at_start_count,
        customers_at_end_count,
        churned_customer_count,
        {{ safe_ratio('retained_customer_count', 'previous_active_customer_count') }}
            as retention_rate,
        {{ safe_ratio('churned_customer_count', 'customers_at_start_count') }}
            as churn_rate,
        {{ safe_ratio('repeat_customer_count', 'active_customer_count') }}
            as repeat_rate,
        {{ safe_ratio('order_count', 'active_customer_count') }} as purchase_frequency,
        gross_revenue_amount,
        refunded_amount,
        net_revenue_amount,
        {{ safe_ratio('refunded_amount', 'gross_revenue_amount') }} as refund_rate,
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
        cac_amount,
        lifetime_value_amount,
        ltv_to_cac_ratio,
        mau,
        active_customer_days_count,
        elapsed_day_count,
        average_dau,
        {{ safe_ratio('average_dau', 'mau') }} as stickiness_rate,
        session_count,
        {{ safe_ratio('session_count', 'mau') }} as sessions_per_active_user,
        email_recipient_count,
        email_opener_count,
        email_clicker_count,
        {{ safe_ratio('email_opener_count', 'email_recipient_count') }}
            as email_open_rate,
        {{ safe_ratio('email_clicker_count', 'email_recipient_count') }}
            as email_click_rate,
        ticket_count,
        rated_ticket_count,
        satisfied_ticket_count,
        promoting_ticket_count,
        {{ safe_ratio('satisfied_ticket_count', 'rated_ticket_count') }}
            as ticket_satisfaction_rate,
        {{ safe_ratio(
            'promoting_ticket_count - detracting_ticket_count', 'rated_ticket_count'
        ) }} as ticket_net_satisfaction,

        ---------- booleans
        is_complete_period,

        ---------- dates
        month_start_date

    from derived

)

select * from kpi_monthly
