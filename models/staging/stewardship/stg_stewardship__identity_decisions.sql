{{ config(materialized = 'table') }}

with

source as (

    select * from {{ source('stewardship', 'identity_decisions') }}

),

stg_stewardship__identity_decisions as (

    select
        ---------- ids
        decision_id,
        {{ lower_text(clean_text('source_name')) }} as source_name,
        {{ clean_text('source_record_id') }} as source_record_id,
        {{ lower_text(clean_text('other_source_name')) }} as other_source_name,
        {{ clean_text('other_source_record_id') }} as other_source_record_id,

        ---------- strings
        {{ lower_text(clean_text('decision')) }} as decision,
        {{ clean_text('reason') }} as reason,
        {{ clean_text('decided_by') }} as decided_by,

        ---------- timestamps
        cast(decided_at as timestamp) as decided_at,

        ---------- metadata
        cast(_loaded_at as timestamp) as _loaded_at

    from source

)

select * from stg_stewardship__identity_decisions
