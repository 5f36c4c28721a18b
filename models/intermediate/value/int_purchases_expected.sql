{#-
    The series of the expected purchases is long, and the same for all who bought as often
    and began on the same day: it is summed once for them all. Months are those of the
    calendar, counted from the as-of date.
-#}

with

purchases as (

    select * from {{ ref('int_purchases_compressed') }}

),

parameters as (

    select * from {{ ref('int_purchase_model_parameters') }}
    where is_chosen and model_name in ('bg_nbd', 'mbg_nbd')

),

cut_offs as (

    select * from {{ ref('int_cut_offs_listed') }}

),

months as (

    select
        cut_off_date,
        as_of_date,
        outcome_days,
        explode(sequence(0, 12)) as month_number
    from cut_offs

),

{# Month 0 stands for the horizon of the forecast; past cut-offs have no other. #}
horizons as (

    select
        cut_off_date,
        month_number,
        case
            when month_number = 0 then outcome_days
            else datediff(add_months(cut_off_date, month_number), cut_off_date)
        end as horizon_days
    from months
    where month_number = 0 or cut_off_date = as_of_date

),

purchase_kinds as (

    select
        cut_off_date,
        segment_code,
        repeat_purchase_count,
        age_days
    from purchases
    group by cut_off_date, segment_code, repeat_purchase_count, age_days

),

forecast as (

    select
        purchase_kinds.cut_off_date,
        purchase_kinds.segment_code,
        purchase_kinds.repeat_purchase_count,
        purchase_kinds.age_days,
        horizons.month_number,
        parameters.model_name,
        parameters.r,
        parameters.alpha_weeks,
        parameters.a,
        parameters.b,
        cast(purchase_kinds.repeat_purchase_count as double) as purchase_count,
        cast(purchase_kinds.age_days as double) / 7 as age_weeks,
        cast(horizons.horizon_days as double) / 7 as horizon_weeks
    from purchase_kinds
    inner join horizons on purchase_kinds.cut_off_date = horizons.cut_off_date
    inner join parameters
        on
            purchase_kinds.cut_off_date = parameters.cut_off_date
            and purchase_kinds.segment_code = parameters.segment_code

),

expected as (

    select
        *,
        {{ expected_purchases_if_alive(
            'purchase_count', 'age_weeks', 'horizon_weeks', 'forecast'
        ) }} as purchase_count_if_alive
    from forecast

),

{# What is bought in a month is paid at its end. #}
int_purchases_expected as (

    select
        segment_code,
        repeat_purchase_count,
        age_days,
        max(purchase_count_if_alive) filter (where month_number = 0)
            as horizon_purchases_if_alive,
        max(purchase_count_if_alive) filter (where month_number = 12)
            as purchases_12m_if_alive,
        {#- Month by month, for the order of the rows would move the last digits. #}
        {%- for month in range(1, 13) %}
            max(purchase_count_if_alive) filter (where month_number = {{ month }})
            * (
                {{ discount_factor(month) }}
                {{ "- " ~ discount_factor(month + 1) if not loop.last }}
            ) {{ "+" if not loop.last }}
        {%- endfor %} as discounted_purchases_12m_if_alive,
        cut_off_date
    from expected
    group by cut_off_date, segment_code, repeat_purchase_count, age_days

)

select * from int_purchases_expected
