{#-
    The calendar of the KPIs begins with the first order or refund, but not before the
    earliest month that it may have: what was spent before is in no period. Where nothing
    was sold yet, the first spend or visit begins it.
-#}

with

campaign_spends as (

    select * from {{ ref('int_campaign_spends_converted') }}

),

orders as (

    select * from {{ ref('fct_orders') }}
    where is_valid and customer_id is not null

),

as_of_date as (

    select * from {{ ref('int_as_of_date') }}

),

days as (

    select * from {{ ref('kpi_daily') }}
    where country_code = 'all' and acquisition_channel = 'all'

),

first_days as (

    select min(date_day) as date_day from days

),

{# Where the calendar begins later than this, spend is lost. #}
latest_starts as (

    select
        greatest(
            min(orders.order_date),
            {{ earliest_kpi_month('max(as_of_date.as_of_date)') }}
        ) as date_day
    from as_of_date
    left join orders on as_of_date.as_of_date is not null

),

judged as (

    select
        'crm.campaign_spend' as table_name,
        'spend_amount_facts_to_kpis' as measure,
        case when latest_starts.date_day is not null then 'outside_calendar' end
            as reason,
        campaign_spends.marketing_spend_amount as record_value,
        campaign_spends.spend_date as day_date
    from campaign_spends
    left join first_days on campaign_spends.spend_date < first_days.date_day
    left join latest_starts
        on
            campaign_spends.spend_date < latest_starts.date_day
            and first_days.date_day is not null

),

records as (

    {{ without_rates('judged') }}

),

results as (

    select
        'crm.campaign_spend' as table_name,
        'spend_amount_facts_to_kpis' as measure,
        marketing_spend_amount as record_value,
        date_day as day_date
    from days

),

int_marketing_spends_reconciled as (

    {{ reconciliation_entries('records', 'results') }}

)

select * from int_marketing_spends_reconciled
