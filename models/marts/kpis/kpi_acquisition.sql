with

months as (

    select * from {{ ref('int_kpi_months_measured') }}

),

acquired_customers as (

    select * from {{ ref('int_customers_acquired') }}

),

lifetime_values as (

    select * from {{ ref('customer_lifetime_value') }}

),

paybacks as (

    select * from {{ ref('int_acquisitions_paid_back') }}

),

{# Money was spent on these pairs of country and channel: who came was paid for. #}
paid_cells as (

    select
        month_start_date,
        country_code,
        acquisition_channel
    from months
    where level_name = 'country_and_channel' and marketing_spend_amount > 0

),

valued_customers as (

    select
        acquired_customers.month_start_date,
        acquired_customers.country_code,
        acquired_customers.acquisition_channel,
        paid_cells.month_start_date is not null as is_paid,
        cast(
            lifetime_values.historic_margin_amount
            + lifetime_values.predicted_value_12m_amount as decimal(18, 4)
        ) as lifetime_value_amount
    from acquired_customers
    inner join lifetime_values
        on acquired_customers.customer_id = lifetime_values.customer_id
    left join paid_cells
        on
            acquired_customers.month_start_date = paid_cells.month_start_date
            and acquired_customers.country_code = paid_cells.country_code
            and acquired_customers.acquisition_channel = paid_cells.acquisition_channel

),

values_by_month as (

    select
        month_start_date,
        coalesce(country_code, 'all') as country_code,
        coalesce(acquisition_channel, 'all') as acquisition_channel,
        count(*) as valued_customer_count,
        count(*) filter (where is_paid) as paid_new_customer_count,
        {{ sum_amount('lifetime_value_amount') }} as lifetime_value_amount
    from valued_customers
    group by {{ kpi_levels(['month_start_date']) }}

),

joined as (

    select
        months.country_code,
        months.acquisition_channel,
        months.level_name,
        months.marketing_spend_amount,
        months.new_customer_count,
        months.cac_amount,
        months.is_complete_period,
        months.month_start_date,
        paybacks.payback_months,
        values_by_month.lifetime_value_amount as new_customer_value_amount,
        coalesce(values_by_month.paid_new_customer_count, 0)
            as paid_new_customer_count,
        {{ average_amount(
            'values_by_month.lifetime_value_amount',
            'values_by_month.valued_customer_count'
        ) }} as lifetime_value_amount
    from months
    left join values_by_month
        on
            months.month_start_date = values_by_month.month_start_date
            and months.country_code = values_by_month.country_code
            and months.acquisition_channel = values_by_month.acquisition_channel
    left join paybacks
        on
            months.month_start_date = paybacks.month_start_date
            and months.country_code = paybacks.country_code
            and months.acquisition_channel = paybacks.acquisition_channel

),

kpi_acquisition as (

    select
        ---------- ids
        country_code,
        acquisition_channel,

        ---------- strings
        level_name,

        ---------- numerics
        marketing_spend_amount,
        new_customer_count,
        paid_new_customer_count,
        cac_amount,
        {{ average_amount('marketing_spend_amount', 'paid_new_customer_count') }}
            as paid_cac_amount,
        new_customer_value_amount,
        lifetime_value_amount,
        {{ safe_ratio('lifetime_value_amount', 'cac_amount') }} as ltv_to_cac_ratio,
        payback_months,

        ---------- booleans
        payback_months is not null as is_paid_back,
        is_complete_period,

        ---------- dates
        month_start_date

    from joined

)

select * from kpi_acquisition
