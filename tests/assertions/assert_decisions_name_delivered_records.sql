-- Fails when a decision that holds names a record that no source has delivered and no
-- order, event, ticket or consent mentions. A warning: the record may still come, or be
-- gone for good; until it comes the decision changes nothing.
{{ config(severity="warn") }}

with

decisions as (

    select * from {{ ref('int_identity_decisions_deduplicated') }}

),

records as (

    select * from {{ ref('int_customer_records_normalized') }}

),

named_records as (

    select
        source_node as record_key,
        decision,
        target_node as other_record_key,
        decided_at
    from decisions

    union all

    select
        target_node as record_key,
        decision,
        source_node as other_record_key,
        decided_at
    from decisions

)

select
    named_records.record_key,
    named_records.decision,
    named_records.other_record_key,
    named_records.decided_at
from named_records
left join records on named_records.record_key = records.record_key
where records.record_key is null
