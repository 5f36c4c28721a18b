with

order_batches as (

    select * from {{ ref('int_order_batches_landed') }}

),

refund_versions as (

    select * from {{ ref('int_refund_versions_valued') }}

),

batches as (

    select * from {{ ref('int_shop_batches_landed') }}

),

numbered_versions as (

    select
        refund_versions.*,
        batches.batch_number
    from refund_versions
    inner join batches on refund_versions._batch_id = batches._batch_id

),

ranked as (

    select
        order_batches.order_id,
        order_batches.batch_number,
        numbered_versions.refund_id,
        numbered_versions.refund_month_date,
        numbered_versions.refunded_amount_original,
        numbered_versions.refunded_amount,
        row_number() over (
            partition by
                order_batches.order_id,
                order_batches.batch_number,
                numbered_versions.refund_id
            order by
                numbered_versions._changed_at desc,
                numbered_versions._loaded_at desc,
                numbered_versions._batch_id desc,
                numbered_versions._source_position desc
        ) as version_rank
    from order_batches
    inner join numbered_versions
        on
            order_batches.order_id = numbered_versions.order_id
            and order_batches.batch_number >= numbered_versions.batch_number

),

int_refund_states_landed as (

    select
        order_id,
        refund_id,
        batch_number,
        refunded_amount_original,
        refunded_amount,
        refund_month_date
    from ranked
    where version_rank = 1

)

select * from int_refund_states_landed
