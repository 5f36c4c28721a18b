{#-
    Records and keys are joined as numbers, in half the time and a third of the memory of
    texts. Two keys of one number, one chance in a million, propose a pair too many or exceed
    their cap together; an account or a merge has to be one on both sides.
-#}

with

records as (

    select
        record_key,
        {{ hash_number(['record_key']) }} as record_number
    from {{ ref('int_customer_records_comparable') }}

),

blocking_rules as (

    select * from {{ ref('blocking_rules') }}

),

identifier_types as (

    select * from {{ ref('identifier_types') }}

),

blocking_keys as (

    select
        blocking_rules.max_record_count,
        {{ hash_number(['blocking_keys.record_key']) }} as record_number,
        {{ hash_number(['blocking_keys.blocking_rule', 'blocking_keys.blocking_key']) }}
            as key_number,
        coalesce(not identifier_types.is_shareable, false) as is_same_account,
        coalesce(identifier_types.is_merge, false) as is_merged
    from {{ ref('int_customer_blocking_keys') }} as blocking_keys
    inner join blocking_rules
        on blocking_keys.blocking_rule = blocking_rules.blocking_rule
    left join identifier_types
        on blocking_keys.blocking_rule = identifier_types.identifier_type

),

common_keys as (

    select
        key_number,
        count(*) as record_count
    from blocking_keys
    group by key_number
    having count(*) > 1

),

{# A key that brings too many together is chance. #}
meeting_records as (

    select blocking_keys.*
    from blocking_keys
    inner join common_keys
        on
            blocking_keys.key_number = common_keys.key_number
            and blocking_keys.max_record_count >= common_keys.record_count

),

met_pairs as (

    select
        one.record_number as one_number,
        two.record_number as two_number,
        bool_or(one.is_same_account and two.is_same_account) as is_same_account,
        bool_or(one.is_merged and two.is_merged) as is_merged
    from meeting_records as one
    inner join meeting_records as two
        on
            one.key_number = two.key_number
            and one.record_number < two.record_number
    group by one.record_number, two.record_number

),

int_customer_pairs_proposed as (

    select
        least(one.record_key, two.record_key) as source_node,
        greatest(one.record_key, two.record_key) as target_node,
        met_pairs.is_same_account,
        met_pairs.is_merged
    from met_pairs
    inner join records as one on met_pairs.one_number = one.record_number
    inner join records as two on met_pairs.two_number = two.record_number

)

select * from int_customer_pairs_proposed
