with

months as (

    select * from {{ ref('int_kpi_months_measured') }}

),

margins as (

    select * from {{ ref('int_acquisition_margins_aggregated_to_month') }}

),

int_acquisitions_paid_back as (

    select
        months.month_start_date,
        months.country_code,
        months.acquisition_channel,
        min(margins.months_since_acquisition) as payback_months
    from months
    inner join margins
        on
            months.month_start_date = margins.month_start_date
            and months.country_code = margins.country_code
            and months.acquisition_channel = margins.acquisition_channel
            and months.marketing_spend_amount <= margins.cumulative_margin_amount
    where months.marketing_spend_amount > 0
    group by
        months.month_start_date, months.country_code, months.acquisition_channel

)

select * from int_acquisitions_paid_back
