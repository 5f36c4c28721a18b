{#- A cut-off after the as-of date would ask for what is not known yet. -#}
{%- set horizon_days = positive_var('churn_horizon_days') -%}
{%- set tested_count = positive_var('churn_cut_off_count') -%}
{#- The oldest tested one has a recalibration that was itself tried before. -#}
{%- set all_count = tested_count + 2 -%}

with

as_of_date as (

    select * from {{ ref('int_as_of_date') }}

),

numbered_orders as (

    select
        cast(ordered_at as date) as order_date,
        row_number() over (order by ordered_at, order_id) as order_number,
        count(*) over () as order_count
    from {{ ref('int_orders_validated') }}
    where is_valid and customer_id is not null

),

{# One row, also before anybody has ordered. A few misdated orders are no history. #}
horizons as (

    select
        cast({{ horizon_days }} as int) as horizon_days,
        min(order_date) as first_order_date
    from numbered_orders
    where 1000 * order_number >= order_count

),

numbered_dates as (

    select
        as_of_date.as_of_date,
        horizons.horizon_days,
        horizons.first_order_date,
        explode(sequence(0, {{ all_count }})) as cut_off_number
    from as_of_date
    cross join horizons

),

{#
    A horizon apart, so that outcomes do not overlap; and never before half a horizon of
    orders, of which no model would learn anything.
#}
regular_dates as (

    select
        *,
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
    In a young shop the oldest one learns from one more, as far back as it leaves as much
    to learn from as to foretell.
#}
oldest_dates as (

    select
        as_of_date,
        min(cut_off_date) as cut_off_date,
        least(
            horizon_days,
            floor(datediff(min(cut_off_date), first_order_date) / 2)
        ) as outcome_days
    from regular_dates
    where first_order_date is not null
    group by as_of_date, horizon_days, first_order_date
    having max(cut_off_number) < {{ all_count }}

),

listed_dates as (

    select
        as_of_date,
        cut_off_date,
        horizon_days as outcome_days,
        case
            when cut_off_number = 0 then 'today'
            when cut_off_number <= {{ tested_count }} then 'tested'
            else 'learning'
        end as cut_off_kind
    from regular_dates

    union all

    select
        as_of_date,
        date_add(cut_off_date, -cast(outcome_days as int)) as cut_off_date,
        cast(outcome_days as int) as outcome_days,
        'learning' as cut_off_kind
    from oldest_dates
    where outcome_days > 0

),

all_dates as (

    select * from listed_dates
    {%- for cut_off_date in var('as_of_dates') | unique %}
        {%- set requested_date = "cast('" ~ cut_off_date ~ "' as date)" %}

    union all

    select
        as_of_date,
        {{ requested_date }} as cut_off_date,
        cast({{ horizon_days }} as int) as outcome_days,
        'requested' as cut_off_kind
    from as_of_date
    where
        {{ requested_date }} <= as_of_date
        and {{ requested_date }} not in (select cut_off_date from listed_dates)
    {%- endfor %}

),

int_cut_offs_listed as (

    select
        cut_off_date,
        as_of_date,
        cut_off_kind,
        outcome_days,
        case
            when date_add(cut_off_date, outcome_days) <= as_of_date
                then date_add(cut_off_date, outcome_days)
        end as outcome_date
    from all_dates
    where cut_off_date is not null

)

select * from int_cut_offs_listed
