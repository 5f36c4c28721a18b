with

days as (

    select * from {{ ref('int_kpi_days_measured') }}

),

{#
    A year before 29 February is 28 February. Before the calendar begins there is nothing
    to compare with, which is not zero.
#}
kpi_daily as (

    select
        ---------- ids
        days.country_code,
        days.acquisition_channel,

        ---------- strings
        days.level_name,

        ---------- numerics
        {% for measure in [
            'order_count', 'active_customer_count', 'new_customer_count',
            'gross_revenue_amount', 'refunded_amount', 'net_revenue_amount',
            'average_order_amount', 'marketing_spend_amount', 'dau', 'wau', 'session_count'
        ] -%}
            days.{{ measure }},
            previous_days.{{ measure }} as {{ measure }}_previous_day,
            previous_years.{{ measure }} as {{ measure }}_previous_year,
        {% endfor %}
        ---------- booleans
        days.is_complete_period,

        ---------- dates
        days.date_day

    from days
    left join days as previous_days
        on
            date_add(days.date_day, -1) = previous_days.date_day
            and days.country_code = previous_days.country_code
            and days.acquisition_channel = previous_days.acquisition_channel
    left join days as previous_years
        on
            add_months(days.date_day, -12) = previous_years.date_day
            and days.country_code = previous_years.country_code
            and days.acquisition_channel = previous_years.acquisition_channel

)

select * from kpi_daily
