{#-
    One row per value, so that each has its own row of comparisons; doubles, since it is
    for showing change: whoever adds amounts up takes them from where they come from.
-#}

with

kpi_monthly as (

    select * from {{ ref('kpi_monthly') }}

),

kpi_acquisition as (

    select * from {{ ref('kpi_acquisition') }}

),

joined as (

    select
        kpi_monthly.*,
        kpi_acquisition.paid_cac_amount,
        kpi_acquisition.new_customer_value_amount,
        kpi_acquisition.payback_months
    from kpi_monthly
    left join kpi_acquisition
        on
            kpi_monthly.month_start_date = kpi_acquisition.month_start_date
            and kpi_monthly.country_code = kpi_acquisition.country_code
            and kpi_monthly.acquisition_channel = kpi_acquisition.acquisition_channel

),

{# Every row once for each KPI: a scan for each would take Spark minutes. #}
numbered_rows as (

    select
        *,
        explode(sequence(1, {{ kpi_names() | length }})) as kpi_number
    from joined

),

named_values as (

    select
        month_start_date,
        country_code,
        acquisition_channel,
        level_name,
        is_complete_period,
        case kpi_number
            {% for kpi_name in kpi_names() -%}
                when {{ loop.index }} then '{{ kpi_name }}'
            {% endfor -%}
        end as kpi_name,
        case kpi_number
            {% for kpi_name in kpi_names() -%}
                when {{ loop.index }} then cast({{ kpi_name }} as double)
            {% endfor -%}
        end as kpi_value
    from numbered_rows

),

{# The calendar of a cell has no gaps: the row before is the month before. #}
compared as (

    select
        *,
        lag(kpi_value) over (
            partition by kpi_name, country_code, acquisition_channel
            order by month_start_date
        ) as previous_month_value,
        lag(kpi_value, 12) over (
            partition by kpi_name, country_code, acquisition_channel
            order by month_start_date
        ) as previous_year_value
    from named_values

),

{# What is not over is not compared with what is: that looks like a collapse. #}
kpi_monthly_compared as (

    select
        ---------- ids
        country_code,
        acquisition_channel,
        kpi_name,

        ---------- strings
        level_name,

        ---------- numerics
        kpi_value,
        previous_month_value,
        previous_year_value,
        case
            when is_complete_period
                then {{ safe_ratio(
                    'kpi_value - previous_month_value', 'abs(previous_month_value)'
                ) }}
        end as previous_month_change_rate,
        case
            when is_complete_period
                then {{ safe_ratio(
                    'kpi_value - previous_year_value', 'abs(previous_year_value)'
                ) }}
        end as previous_year_change_rate,

        ---------- booleans
        is_complete_period,

        ---------- dates
        month_start_date

    from compared

)

select * from kpi_monthly_compared
