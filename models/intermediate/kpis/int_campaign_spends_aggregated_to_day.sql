with

campaign_spends as (

    select * from {{ ref('int_campaign_spends_converted') }}

),

daily_spends as (

    select
        country_code,
        channel as acquisition_channel,
        marketing_spend_amount,
        spend_date as date_day
    from campaign_spends

),

int_campaign_spends_aggregated_to_day as (

    select
        date_day,
        coalesce(country_code, 'all') as country_code,
        coalesce(acquisition_channel, 'all') as acquisition_channel,
        {{ sum_amount('marketing_spend_amount') }} as marketing_spend_amount
    from daily_spends
    group by {{ kpi_levels(['date_day']) }}

)

select * from int_campaign_spends_aggregated_to_day
