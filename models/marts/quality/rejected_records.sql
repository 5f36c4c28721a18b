with

rejections as (

    select
        'commerce' as source_name,
        table_name,
        source_record_id,
        reason,
        rejected_at,
        _batch_id,
        _source_position
    from {{ ref('stg_commerce__rejected_records') }}

    union all

    select
        'crm' as source_name,
        table_name,
        source_record_id,
        reason,
        rejected_at,
        _batch_id,
        _source_position
    from {{ ref('stg_crm__rejected_records') }}

    union all

    select
        'shop' as source_name,
        table_name,
        source_record_id,
        reason,
        rejected_at,
        _batch_id,
        _source_position
    from {{ ref('stg_shop__rejected_records') }}

),

{# The key is made of the place in the delivery: a hash of the payload would let
    anybody who guesses the personal data in it find out that the guess is right. #}
rejected_records as (

    select
        md5(
            concat_ws(
                '|',
                source_name,
                table_name,
                _batch_id,
                cast(_source_position as string)
            )
        ) as rejection_key,
        source_record_id,

        source_name,
        table_name,
        reason,
        _batch_id as batch_id,

        rejected_at

    from rejections

)

select * from rejected_records
