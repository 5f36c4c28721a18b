with

campaign_spends as (

    select * from {{ ref('stg_crm__campaign_spends') }}

),

country_aliases as (

    select * from {{ ref('country_aliases') }}

),

exchange_rates as (

    select * from {{ ref('int_exchange_rates_resolved') }}

),

as_of_date as (

    select * from {{ ref('int_as_of_date') }}

),

int_campaign_spends_converted as (

    select
        ---------- ids
        campaign_spends.campaign_spend_id,
        campaign_spends.campaign_id,

        ---------- strings
        coalesce(campaign_spends.channel, 'unknown') as channel,
        coalesce(country_aliases.country_code, 'ZZ') as country_code,
        campaign_spends.currency_code,

        ---------- numerics
        campaign_spends.impression_count,
        campaign_spends.click_count,
        campaign_spends.spend_amount,
        {{ convert_to_reporting(
            'campaign_spends.spend_amount',
            'campaign_spends.currency_code',
            'exchange_rates.conversion_rate'
        ) }} as marketing_spend_amount,

        ---------- dates
        campaign_spends.spend_date

    from campaign_spends
    inner join as_of_date on campaign_spends.spend_date <= as_of_date.as_of_date
    left join country_aliases
        on {{ lower_text('trim(campaign_spends.country)') }} = country_aliases.alias
    left join exchange_rates
        on
            campaign_spends.currency_code = exchange_rates.currency_code
            and campaign_spends.spend_date = exchange_rates.rate_date
    where not campaign_spends.is_deleted

)

select * from int_campaign_spends_converted
