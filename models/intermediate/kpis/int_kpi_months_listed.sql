{#-
    Months run from the first one with an order, without gaps, to the as-of month. An
    order late on the last day of a month in UTC can belong to the next month in its
    market: then that month is there, too, or its revenue would be missing.
-#}

with

revenue as (

    select * from {{ ref('int_revenue_aggregated_to_month') }}

),

campaign_spends as (

    select * from {{ ref('int_campaign_spends_aggregated_to_month') }}

),

engagement as (

    select * from {{ ref('int_engagement_aggregated_to_month') }}

),

tickets as (

    select * from {{ ref('int_tickets_aggregated_to_month') }}

),

as_of_date as (

    select * from {{ ref('int_as_of_date') }}

),

measured_months as (

    select
        month_start_date,
        country_code,
        acquisition_channel,
        month_start_date as order_month_date
    from revenue

    {% for measures in ['campaign_spends', 'engagement', 'tickets'] -%}
        union all

        select
            month_start_date,
            country_code,
            acquisition_channel,
            cast(null as date) as order_month_date
        from {{ measures }}
    {% endfor %}
),

{# Without any order the first spend or visit opens the calendar. #}
bounds as (

    select
        greatest(
            coalesce(
                min(measured_months.order_month_date),
                min(measured_months.month_start_date)
            ),
            {{ earliest_kpi_month('max(as_of_date.as_of_date)') }}
        ) as first_month_date,
        greatest(
            {{ month_start('max(as_of_date.as_of_date)') }},
            max(measured_months.order_month_date)
        ) as last_month_date,
        max(as_of_date.as_of_date) as as_of_date
    from measured_months
    left join as_of_date on measured_months.month_start_date is not null

),

cells as (

    select
        country_code,
        acquisition_channel
    from measured_months
    group by country_code, acquisition_channel

),

cell_months as (

    select
        cells.country_code,
        cells.acquisition_channel,
        bounds.first_month_date,
        bounds.as_of_date,
        explode(
            sequence(
                0,
                {{ month_count('bounds.first_month_date', 'bounds.last_month_date') }}
            )
        ) as month_number
    from cells
    inner join bounds on bounds.first_month_date <= bounds.last_month_date

),

dated_cells as (

    select
        *,
        add_months(first_month_date, cast(month_number as int)) as month_start_date
    from cell_months

),

int_kpi_months_listed as (

    select
        month_start_date,
        country_code,
        acquisition_channel,
        cast(
            greatest(
                0,
                datediff(
                    least(add_months(month_start_date, 1), date_add(as_of_date, 1)),
                    month_start_date
                )
            ) as int
        ) as elapsed_day_count,
        last_day(month_start_date) <= as_of_date as is_complete_period
    from dated_cells

)

select * from int_kpi_months_listed
