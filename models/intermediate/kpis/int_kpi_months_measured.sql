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

tickets as (

    select * from {{ ref('int_tickets_aggregated_to_month') }}

),

measured as (

    select
        months.month_start_date,
        months.country_code,
        months.acquisition_channel,
        months.is_complete_period,
        months.elapsed_day_count,
        coalesce(revenue.order_count, 0) as order_count,
        {% for count in [
            'active_customer_count', 'new_customer_count', 'retained_customer_count',
            'reactivated_customer_count', 'repeat_customer_count',
            'previous_active_customer_count', 'customers_at_start_count',
            'customers_at_end_count', 'churned_customer_count'
        ] -%}
            coalesce(counts.{{ count }}, 0) as {{ count }},
        {% endfor -%}
        {{ amount_or_zero('revenue.gross_revenue_amount', 'revenue.country_code') }}
            as gross_revenue_amount,
        {{ amount_or_zero('revenue.refunded_amount', 'revenue.country_code') }}
            as refunded_amount,
        {{ amount_or_zero('spends.marketing_spend_amount', 'spends.country_code') }}
            as marketing_spend_amount,
        coalesce(engagement.monthly_active_count, 0) as mau,
        {% for count in [
            'active_customer_days_count', 'session_count', 'email_recipient_count',
            'email_opener_count', 'email_clicker_count'
        ] -%}
            coalesce(engagement.{{ count }}, 0) as {{ count }},
        {% endfor -%}
        {% for count in [
            'ticket_count', 'rated_ticket_count', 'satisfied_ticket_count',
            'promoting_ticket_count', 'detracting_ticket_count'
        ] -%}
            coalesce(tickets.{{ count }}, 0) as {{ count }},
        {% endfor -%}
        {{ kpi_level_name('months') }} as level_name
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
    left join tickets
        on
            months.month_start_date = tickets.month_start_date
            and months.country_code = tickets.country_code
            and months.acquisition_channel = tickets.acquisition_channel

),

int_kpi_months_measured as (

    select
        *,
        cast(gross_revenue_amount - refunded_amount as decimal(18, 4))
            as net_revenue_amount,
        {{ average_amount('marketing_spend_amount', 'new_customer_count') }}
            as cac_amount
    from measured

)

select * from int_kpi_months_measured
