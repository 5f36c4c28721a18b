{#- A hundred years are enough: a slip such as 1900 must not make a longer calendar. -#}
{%- set max_days = 36525 -%}
{%- set month_names = "January,February,March,April,May,June,July,August,September," ~
    "October,November,December" -%}
{%- set day_names = "Monday,Tuesday,Wednesday,Thursday,Friday,Saturday,Sunday" -%}

with

as_of as (

    select * from {{ ref('int_as_of_date') }}

),

day_numbers as (

    {{ dbt.generate_series(upper_bound=max_days) }}

),

{# A market is at most a day before or behind UTC: on New Year, in another year. #}
calendar_bounds as (

    select
        as_of_date,
        cast(
            date_trunc(
                'year', date_add(least(first_recorded_date, as_of_date), -1)
            ) as date
        ) as first_day,
        make_date(year(date_add(as_of_date, 1)), 12, 31) as last_day

    from as_of

),

{# Days are counted back from the last one, so that a cut falls on the oldest. -#}
days as (

    select
        calendar_bounds.as_of_date,
        date_add(
            calendar_bounds.last_day, cast(1 - day_numbers.generated_number as int)
        ) as date_day

    from calendar_bounds

    inner join day_numbers
        on
            day_numbers.generated_number
            <= 1 + datediff(calendar_bounds.last_day, calendar_bounds.first_day)

),

numbered_days as (

    select
        *,
        1 + datediff(date_day, cast(date_trunc('week', date_day) as date))
            as day_of_week

    from days

),

dim_dates as (

    select
        split_part('{{ month_names }}', ',', month(date_day)) as month_name,
        split_part('{{ day_names }}', ',', cast(day_of_week as int)) as day_name,

        cast(year(date_day) as int) as year_number,
        cast(quarter(date_day) as int) as quarter_number,
        cast(month(date_day) as int) as month_number,
        {#- The ISO year of a week is the year of its Thursday. -#}
        cast(year(date_add(date_day, cast(4 - day_of_week as int))) as int)
            as iso_year,
        cast(extract(week from date_day) as int) as iso_week,
        cast(day(date_day) as int) as day_of_month,
        cast(day_of_week as int) as day_of_week,

        day_of_week in (6, 7) as is_weekend,
        day_of_week in (5, 6) as is_friday_or_saturday,
        last_day(date_day) <= as_of_date as is_complete_month,

        date_day,
        cast(date_trunc('month', date_day) as date) as month_start_date

    from numbered_days

)

select * from dim_dates
