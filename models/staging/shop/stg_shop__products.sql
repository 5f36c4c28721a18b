{#-
    Products are landed whole, batch by batch, so the newest batch decides: a product
    that is not in it was deleted. That needs every batch, hence a table. A batch without
    any product has no rows: only the log of loads tells of it.
-#}
{{ config(materialized = "table") }}

with

source as (

    select * from {{ source('shop', 'products') }}

),

loads as (

    select * from {{ source('ingestion', 'loads') }}

),

landed_batches as (

    select
        _batch_id,
        _loaded_at as _landed_at
    from source

    union all

    select
        batch_id as _batch_id,
        ended_at as _landed_at
    from loads
    where source_name = 'shop' and table_name = 'products' and outcome = 'cleared'

),

batches as (

    select
        _batch_id,
        max(_landed_at) as _landed_at,
        row_number() over (order by max(_landed_at), _batch_id) as batch_number

    from landed_batches

    group by _batch_id

),

ranked_versions as (

    select
        trim(source.product_id) as product_id,
        source.sku,
        source.name,
        source.category,
        source.currency,
        source.unit_cost,
        source.updated_at,
        source._loaded_at,
        source._batch_id,
        source._source_position,
        batches.batch_number,
        min(source._loaded_at) over (
            partition by trim(source.product_id)
        ) as _first_loaded_at,
        lag(batches.batch_number) over (
            partition by trim(source.product_id)
            order by batches.batch_number, source._source_position
        ) as batch_number_before,
        row_number() over (
            partition by trim(source.product_id)
            order by batches.batch_number desc, source._source_position desc
        ) as version_rank

    from source

    inner join batches
        on source._batch_id = batches._batch_id

),

{# Its source may date a product that came back to before it was missing. #}
returns as (

    select
        product_id,
        max(_loaded_at) as _returned_at

    from ranked_versions

    where batch_number > batch_number_before + 1

    group by product_id

),

stg_shop__products as (

    select
        ---------- ids
        latest.product_id,

        ---------- strings
        {{ clean_text('latest.sku') }} as sku,
        {{ clean_text('latest.name') }} as product_name,
        {{ clean_text('latest.category') }} as category,
        {{ upper_code(clean_text('latest.currency')) }} as currency_code,

        ---------- numerics
        latest.unit_cost as unit_cost_amount,

        ---------- booleans
        first_without._batch_id is not null as is_deleted,

        ---------- timestamps
        cast(latest.updated_at as timestamp) as updated_at,
        cast(first_without._landed_at as timestamp) as deleted_at,

        ---------- metadata
        cast(
            greatest(
                latest.updated_at, first_without._landed_at, returns._returned_at
            ) as timestamp
        ) as _changed_at,
        cast(latest._first_loaded_at as timestamp) as _first_loaded_at,
        cast(latest._loaded_at as timestamp) as _loaded_at,
        latest._batch_id,
        latest._source_position

    from ranked_versions as latest

    left join batches as first_without
        on latest.batch_number + 1 = first_without.batch_number

    left join returns
        on latest.product_id = returns.product_id

    where latest.version_rank = 1

)

select * from stg_shop__products
