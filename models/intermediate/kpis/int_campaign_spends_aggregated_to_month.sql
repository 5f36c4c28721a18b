with

campaign_spends as (

    select * from {{ ref('int_campaign_spends_converted') }}

),

monthly_spends as (

    select
        country_code,
        channel as acquisition_channel,
        marketing_spend_amount,
        {{ month_start('spend_date') }} as month_start_date
    from campaign_spends

),

int_campaign_spends_aggregated_to_month as (

    select
        month_start_date,
        coalesce(country_code, 'all') as country_code,
        coalesce(acquisition_channel, 'all') as acquisition_channel,
        {{ sum_amount('marketing_spend_amount') }} as marketing_spend_amount
    from monthly_spends
    group by {{ kpi_levels(['month_start_date']) }}

)

select * from int_campaign_spends_aggregated_to_month
