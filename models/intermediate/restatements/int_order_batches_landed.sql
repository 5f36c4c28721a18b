with

order_versions as (

    select * from {{ ref('int_order_versions_valued') }}

),

refund_versions as (

    select * from {{ ref('int_refund_versions_valued') }}

),

batches as (

    select * from {{ ref('int_shop_batches_landed') }}

),

landed as (

    select
        order_id,
        _batch_id
    from order_versions

    union all

    select
        order_id,
        _batch_id
    from refund_versions

),

int_order_batches_landed as (

    select
        landed.order_id,
        batches.batch_number
    from landed
    inner join batches on landed._batch_id = batches._batch_id
    group by landed.order_id, batches.batch_number

)

select * from int_order_batches_landed
