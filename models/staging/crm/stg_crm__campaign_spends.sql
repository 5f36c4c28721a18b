{{ config(unique_key = "campaign_spend_id") }}

with

source as (

    select * from {{ source('crm', 'campaign_spend') }}
    {{ newly_loaded() }}

),

renamed as (

    select
        ---------- ids
        trim(id) as campaign_spend_id,
        {{ clean_text('campaign_id') }} as campaign_id,

        ---------- strings
        {{ clean_text('campaign_name') }} as campaign_name,
        {{ normalize_channel('channel') }} as channel,
        {{ clean_text('country') }} as country,
        {{ upper_code('trim(currency)') }} as currency_code,

        ---------- numerics
        amount as spend_amount,
        impressions as impression_count,
        clicks as click_count,

        ---------- booleans
        coalesce(archived, archived_at is not null) as is_deleted,

        ---------- dates
        spend_date,

        ---------- timestamps
        cast(hs_lastmodifieddate as timestamp) as updated_at,
        cast(archived_at as timestamp) as deleted_at,

        ---------- metadata
        cast(greatest(hs_lastmodifieddate, archived_at) as timestamp) as _changed_at,
        cast(_loaded_at as timestamp) as _first_loaded_at,
        cast(_loaded_at as timestamp) as _loaded_at,
        _batch_id,
        _source_position

    from source

),

{{ latest_versions('renamed', key=['campaign_spend_id']) }},

stg_crm__campaign_spends as (

    select
        campaign_spend_id,
        campaign_id,
        campaign_name,
        channel,
        country,
        currency_code,
        spend_amount,
        impression_count,
        click_count,
        is_deleted,
        spend_date,
        updated_at,
        deleted_at,
        _changed_at,
        _key_first_loaded_at as _first_loaded_at,
        _loaded_at,
        _batch_id,
        _source_position

    from latest_versions

)

select * from stg_crm__campaign_spends
