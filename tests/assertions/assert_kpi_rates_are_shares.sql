-- Fails when a rate of the KPIs that is a share of something is below 0 or above 1.

with

kpi_monthly as (

    select * from {{ ref('kpi_monthly') }}

),

rates as (

    {% for rate in [
        'retention_rate', 'churn_rate', 'repeat_rate', 'stickiness_rate',
        'email_open_rate', 'email_click_rate', 'ticket_satisfaction_rate'
    ] -%}
        select
            month_start_date,
            country_code,
            acquisition_channel,
            '{{ rate }}' as rate_name,
            {{ rate }} as rate_value
        from kpi_monthly
        {{ "union all" if not loop.last }}
    {% endfor %}

)

select
    month_start_date,
    country_code,
    acquisition_channel,
    rate_name,
    rate_value
from rates
where rate_value < 0 or rate_value > 1
