{#- As `int_orders_validated` judges the latest version, so here that of each batch. -#}

with

order_batches as (

    select * from {{ ref('int_order_batches_landed') }}

),

order_versions as (

    select * from {{ ref('int_order_versions_valued') }}

),

refund_states as (

    select * from {{ ref('int_refund_states_landed') }}

),

batches as (

    select * from {{ ref('int_shop_batches_landed') }}

),

numbered_versions as (

    select
        order_versions.*,
        batches.batch_number
    from order_versions
    inner join batches on order_versions._batch_id = batches._batch_id

),

ranked as (

    select
        numbered_versions.*,
        order_batches.batch_number as state_batch_number,
        row_number() over (
            partition by order_batches.order_id, order_batches.batch_number
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

refunds_by_state as (

    select
        order_id,
        batch_number,
        {{ sum_amount('refunded_amount_original') }} as refunded_amount_original
    from refund_states
    group by order_id, batch_number

),

judged as (

    select
        ranked.*,
        {{ is_refunded_in_full(
            'ranked.total_amount', 'refunds_by_state.refunded_amount_original'
        ) }} as is_refunded_in_full
    from ranked
    left join refunds_by_state
        on
            ranked.order_id = refunds_by_state.order_id
            and ranked.state_batch_number = refunds_by_state.batch_number
    where ranked.version_rank = 1

),

int_order_states_landed as (

    select
        ---------- ids
        order_id,

        ---------- strings
        country_code,

        ---------- numerics
        state_batch_number as batch_number,
        lead(state_batch_number) over (
            partition by order_id
            order by state_batch_number
        ) as next_batch_number,
        valued_amount,

        ---------- booleans
        is_cancelled,
        is_refunded_in_full,
        not is_cancelled and not is_refunded_in_full as is_valid,

        ---------- dates
        order_month_date

    from judged

)

select * from int_order_states_landed
