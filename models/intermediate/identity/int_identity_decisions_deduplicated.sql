with

overrides as (

    select * from {{ ref('identity_overrides') }}

),

decisions as (

    select * from {{ ref('stg_stewardship__identity_decisions') }}

),

{# The seed has no ids: a decision there is known by what it says of whom, and why. #}
decisions_unioned as (

    select
        md5(
            concat_ws(
                '|',
                source_name,
                source_record_id,
                other_source_name,
                other_source_record_id,
                decision,
                reason
            )
        ) as decision_id,
        trim(source_name) || ':' || trim(source_record_id) as record_key,
        trim(other_source_name)
        || ':'
        || trim(other_source_record_id) as other_record_key,
        decision,
        reason,
        cast(null as string) as decided_by,
        decided_at
    from overrides

    union all

    select
        decision_id,
        source_name || ':' || source_record_id as record_key,
        other_source_name || ':' || other_source_record_id as other_record_key,
        decision,
        reason,
        decided_by,
        decided_at
    from decisions

),

{# The same pair, whichever record was named first; no record is a pair with itself. #}
decided_pairs as (

    select
        decision_id,
        least(record_key, other_record_key) as source_node,
        greatest(record_key, other_record_key) as target_node,
        decision,
        reason,
        decided_by,
        decided_at
    from decisions_unioned
    where record_key <> other_record_key

),

ranked_decisions as (

    select
        *,
        row_number() over (
            partition by source_node, target_node
            order by
                decided_at desc,
                {#- Two at one moment: the careful one, whatever was landed first. #}
                case decision
                    when 'cannot_link' then 1
                    when 'must_link' then 2
                    else 3
                end,
                decision_id
        ) as decision_rank
    from decided_pairs

),

int_identity_decisions_deduplicated as (

    select
        decision_id,
        source_node,
        target_node,
        decision,
        reason,
        decided_by,
        decided_at
    from ranked_decisions
    where
        decision_rank = 1
        and decision in ('must_link', 'cannot_link')

)

select * from int_identity_decisions_deduplicated
