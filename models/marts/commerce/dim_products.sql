with

products as (

    select * from {{ ref('stg_shop__products') }}

),

dim_products as (

    select
        product_id,

        sku,
        product_name,
        category,
        currency_code,

        unit_cost_amount,

        is_deleted,

        updated_at,
        deleted_at

    from products

)

select * from dim_products
