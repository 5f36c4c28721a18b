{#-
    Days at which the past is taken as the present. A cut-off after the as-of date would ask
    for what is not known yet.
-#}
{%- set horizon_days = var('churn_horizon_days') | int -%}

with

as_of_date as (

    select * from {{ ref('int_as_of_date') }}

),

{# One row, also before anybody has ordered. #}
horizons as (

    select
        cast({{ horizon_days }} as int) as horizon_days,
        cast(min(ordered_at) as date) as first_order_date
    from {{ ref('int_orders_validated') }}
    where is_valid

),

numbered_dates as (

    select
        as_of_date.as_of_date,
        horizons.horizon_days,
        horizons.first_order_date,
        explode(sequence(0, {{ var('churn_cut_off_count') | int }})) as cut_off_number
    from as_of_date
    cross join horizons

),

{#
    A horizon apart, so that outcomes do not overlap; and never before half a horizon of
    orders, of which no model would learn anything.
#}
regular_dates as (

    select
        as_of_date,
        horizon_days,
        first_order_date,
        date_add(as_of_date, cast(-cut_off_number * horizon_days as int))
            as cut_off_date
    from numbered_dates
    where
        cut_off_number = 0
        or 2 * (
            datediff(as_of_date, first_order_date) - cut_off_number * horizon_days
        ) >= horizon_days

),

{#
    The oldest one needs one more to learn from: a horizon before it or, in a young shop,
    as far back as it leaves as much to learn from as to foretell.
#}
oldest_dates as (

    select
        as_of_date,
        horizon_days,
        min(cut_off_date) as cut_off_date,
        least(
            horizon_days,
            floor(datediff(min(cut_off_date), first_order_date) / 2)
        ) as outcome_days
    from regular_dates
    where first_order_date is not null
    group by as_of_date, horizon_days, first_order_date

),

listed_dates as (

    select
        as_of_date,
        cut_off_date,
        horizon_days as outcome_days
    from regular_dates

    union all

    select
        as_of_date,
        date_add(cut_off_date, -cast(outcome_days as int)) as cut_off_date,
        cast(outcome_days as int) as outcome_days
    from oldest_dates
    where outcome_days > 0
    {%- for cut_off_date in var('as_of_dates') %}

    union all

    select
        as_of_date.as_of_date,
        cast('{{ cut_off_date }}' as date) as cut_off_date,
        cast({{ horizon_days }} as int) as outcome_days
    from as_of_date
    where cast('{{ cut_off_date }}' as date) <= as_of_date.as_of_date
    {%- endfor %}

),

distinct_dates as (

    select
        cut_off_date,
        max(as_of_date) as as_of_date,
        max(outcome_days) as outcome_days
    from listed_dates
    where cut_off_date is not null
    group by cut_off_date

),

int_cut_offs_listed as (

    select
        cut_off_date,
        as_of_date,
        outcome_days,
        case
            when date_add(cut_off_date, outcome_days) <= as_of_date
                then date_add(cut_off_date, outcome_days)
        end as outcome_date
    from distinct_dates

)

select * from int_cut_offs_listed
