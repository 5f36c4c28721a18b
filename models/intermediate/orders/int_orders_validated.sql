{#-
    The one place that decides which orders count. KPIs, segments, churn and value read
    `is_valid` and the amounts from here.
-#}

with

converted_orders as (

    select * from {{ ref('int_orders_converted') }}

),

judged as (

    select
        *,
        coalesce(status = 'cancelled', false) as is_cancelled,
        {{ is_refunded_in_full('total_amount', 'refunded_amount_original') }}
            as is_refunded_in_full
    from converted_orders

),

valued as (

    select
        *,
        not is_cancelled and not is_refunded_in_full as is_valid,
        case
            when is_cancelled or is_refunded_in_full then cast(0 as decimal(18, 4))
            else converted_total_amount
        end as gross_amount,
        case
            when is_cancelled or is_refunded_in_full then cast(0 as decimal(18, 4))
            else converted_refunded_amount
        end as refunded_amount
    from judged

),

{#
    By market days first: an hour later can be a day earlier in a market further west, and
    the first order must lie on the customer's first day.
#}
numbered as (

    select
        *,
        cast(gross_amount - refunded_amount as decimal(18, 4)) as net_amount,
        row_number() over (
            partition by customer_id, is_valid
            order by order_date, ordered_at, order_id
        ) as valid_order_number
    from valued

),

int_orders_validated as (

    select
        ---------- ids
        order_id,
        customer_id,

        ---------- strings
        status,
        currency_code,
        sales_channel,
        country_code,

        ---------- numerics
        line_count,
        refund_count,
        case when is_valid then cast(valid_order_number as int) end
            as customer_order_number,
        discount_amount as discount_amount_original,
        shipping_amount as shipping_amount_original,
        tax_amount as tax_amount_original,
        total_amount as gross_amount_original,
        refunded_amount_original,
        gross_amount,
        refunded_amount,
        net_amount,
        case
            when not is_valid then cast(0 as decimal(18, 4))
            when cost_amount is not null
                then cast(net_amount - cost_amount as decimal(18, 4))
            else {{ round_amount(
                "net_amount * cast(" ~ var('default_margin_rate') ~ " as decimal(19, 6))"
            ) }}
        end as margin_amount,

        ---------- booleans
        is_cancelled,
        is_refunded_in_full,
        is_valid,
        cost_amount is not null as is_margin_from_costs,

        ---------- dates
        order_date,

        ---------- timestamps
        ordered_at,
        updated_at

    from numbered

)

select * from int_orders_validated
