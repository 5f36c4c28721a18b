with

staged_spends as (

    select * from {{ ref('stg_crm__campaign_spends') }}

),

as_of_date as (

    select * from {{ ref('int_as_of_date') }}

),

campaign_spends as (

    select * from {{ ref('int_campaign_spends_converted') }}

),

judged_spends as (

    select
        staged_spends.currency_code,
        staged_spends.spend_amount,
        case
            when staged_spends.is_deleted then 'deleted'
            when staged_spends.spend_date > as_of_date.as_of_date
                then 'after_as_of_date'
        end as reason,
        staged_spends.spend_date as day_date
    from staged_spends
    cross join as_of_date

),

records as (

    select
        'crm.campaign_spend' as table_name,
        'records_staging_to_facts' as measure,
        reason,
        1 as record_value,
        day_date
    from judged_spends

    union all

    select
        'crm.campaign_spend' as table_name,
        concat('spend_amount_staging_to_facts_', lower(currency_code)) as measure,
        reason,
        spend_amount as record_value,
        day_date
    from judged_spends

),

results as (

    select
        'crm.campaign_spend' as table_name,
        'records_staging_to_facts' as measure,
        1 as record_value,
        spend_date as day_date
    from campaign_spends

    union all

    select
        'crm.campaign_spend' as table_name,
        concat('spend_amount_staging_to_facts_', lower(currency_code)) as measure,
        spend_amount as record_value,
        spend_date as day_date
    from campaign_spends

),

int_campaign_spends_reconciled as (

    {{ reconciliation_entries('records', 'results') }}

)

select * from int_campaign_spends_reconciled
