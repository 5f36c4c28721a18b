with

revenue_changes as (

    select * from {{ ref('int_revenue_changes_landed') }}

),

order_states as (

    select * from {{ ref('int_order_states_landed') }}

),

batches as (

    select * from {{ ref('int_shop_batches_landed') }}

),

compared_states as (

    select
        order_id,
        batch_number,
        is_valid,
        is_cancelled,
        order_month_date,
        country_code,
        lag(is_valid) over (
            partition by order_id
            order by batch_number
        ) as was_valid,
        lag(order_month_date) over (
            partition by order_id
            order by batch_number
        ) as previous_order_month_date,
        lag(country_code) over (
            partition by order_id
            order by batch_number
        ) as previous_country_code
    from order_states

),

{# A month was closed where the shop had recorded something after its end before. #}
explained_changes as (

    select
        revenue_changes.*,
        batches._batch_id as restating_batch_id,
        batches.landed_at as restated_at,
        case
            when compared_states.was_valid is null then 'late_order'
            when compared_states.was_valid and compared_states.is_valid
                then
                    case
                        when
                            compared_states.country_code
                            <> compared_states.previous_country_code
                            then 'moved_to_another_country'
                        when revenue_changes.movement_type = 'refund'
                            then 'refund_changed'
                        when
                            compared_states.order_month_date
                            <> compared_states.previous_order_month_date
                            then 'moved_to_another_month'
                        else 'amount_corrected'
                    end
            when compared_states.is_valid then 'reinstated'
            when compared_states.is_cancelled then 'cancelled'
            else 'refunded_in_full'
        end as restatement_reason
    from revenue_changes
    inner join compared_states
        on
            revenue_changes.order_id = compared_states.order_id
            and revenue_changes.batch_number = compared_states.batch_number
    inner join batches
        on
            revenue_changes.batch_number = batches.batch_number
            and last_day(revenue_changes.month_start_date)
            < batches.known_before_date

),

summed as (

    select
        country_code,
        restating_batch_id,
        restatement_reason,
        month_start_date,
        restated_at,
        count(distinct order_id) as restated_order_count,
        cast(sum(order_count_change) as bigint) as order_count_change,
        {{ sum_amount('gross_revenue_amount_change') }} as gross_revenue_amount_change,
        {{ sum_amount('refunded_amount_change') }} as refunded_amount_change
    from explained_changes
    group by
        country_code,
        restating_batch_id,
        restatement_reason,
        month_start_date,
        restated_at

),

kpi_restatements as (

    select
        ---------- ids
        country_code,
        restating_batch_id,

        ---------- strings
        restatement_reason,

        ---------- numerics
        restated_order_count,
        order_count_change,
        gross_revenue_amount_change,
        refunded_amount_change,
        cast(gross_revenue_amount_change - refunded_amount_change as decimal(18, 4))
            as net_revenue_amount_change,

        ---------- dates
        month_start_date,

        ---------- timestamps
        restated_at

    from summed

)

select * from kpi_restatements
