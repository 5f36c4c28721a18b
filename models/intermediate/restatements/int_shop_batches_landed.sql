{#-
    A month is closed once the shop has recorded something after its end: what a later
    batch changes in it is a restatement. Times that lie ahead of their landing are slips.
-#}

with

order_versions as (

    select * from {{ ref('stg_shop__order_versions') }}

),

refund_versions as (

    select * from {{ ref('stg_shop__refund_versions') }}

),

recorded as (

    select
        _batch_id,
        _loaded_at,
        greatest(ordered_at, updated_at) as recorded_at
    from order_versions

    union all

    select
        _batch_id,
        _loaded_at,
        greatest(refunded_at, updated_at) as recorded_at
    from refund_versions

),

batches as (

    select
        _batch_id,
        min(_loaded_at) as landed_at,
        max(
            case
                when
                    cast(recorded_at as date) <= date_add(cast(_loaded_at as date), 1)
                    then cast(recorded_at as date)
            end
        ) as recorded_date
    from recorded
    group by _batch_id

),

int_shop_batches_landed as (

    select
        ---------- ids
        _batch_id,

        ---------- numerics
        cast(
            row_number() over (order by landed_at, _batch_id) as int
        ) as batch_number,

        ---------- dates
        max(recorded_date) over (
            order by landed_at, _batch_id
            rows between unbounded preceding and 1 preceding
        ) as known_before_date,

        ---------- timestamps
        landed_at

    from batches

)

select * from int_shop_batches_landed
