{#-
    The days of the listed months up to the as-of date; and the next day where it has
    begun in a market, and something was booked there.
-#}

with

months as (

    select * from {{ ref('int_kpi_months_listed') }}

),

revenue as (

    select * from {{ ref('int_revenue_aggregated_to_day') }}

),

as_of_date as (

    select * from {{ ref('int_as_of_date') }}

),

bounds as (

    select
        as_of_date.as_of_date,
        greatest(as_of_date.as_of_date, max(revenue.date_day)) as last_day
    from as_of_date
    left join revenue on as_of_date.as_of_date < revenue.date_day
    group by as_of_date.as_of_date

),

month_days as (

    select
        country_code,
        acquisition_channel,
        month_start_date,
        explode(
            sequence(
                0,
                cast(datediff(last_day(month_start_date), month_start_date) as int)
            )
        ) as day_number
    from months

),

dated_days as (

    select
        *,
        date_add(month_start_date, cast(day_number as int)) as date_day
    from month_days

),

int_kpi_days_listed as (

    select
        dated_days.date_day,
        dated_days.country_code,
        dated_days.acquisition_channel,
        dated_days.date_day <= bounds.as_of_date as is_complete_period
    from dated_days
    inner join bounds on dated_days.date_day <= bounds.last_day

)

select * from int_kpi_days_listed
