with

customers as (

    select * from {{ ref('int_customers_unified') }}

),

features as (

    select * from {{ ref('churn_features') }}
    where is_latest

),

forecasts as (

    select * from {{ ref('int_churn_forecasts_explained') }}

),

purchases as (

    select * from {{ ref('int_purchases_scored') }}

),

as_of_date as (

    select * from {{ ref('int_as_of_date') }}

),

described as (

    select
        customers.customer_id,
        purchases.customer_id is not null as has_ordered,
        purchases.segment_code,
        purchases.is_pooled,
        purchases.probability_alive,
        forecasts.churn_probability,
        forecasts.model_name,
        forecasts.is_recalibrated,
        as_of_date.as_of_date,
        {{ churn_reason('forecasts.raising_reason', 'features') }}
            as raising_reason,
        {{ churn_reason('forecasts.further_raising_reason', 'features') }}
            as further_raising_reason,
        {{ churn_reason('forecasts.lowering_reason', 'features') }} as lowering_reason
    from customers
    cross join as_of_date
    left join features on customers.customer_id = features.customer_id
    left join purchases
        on
            customers.customer_id = purchases.customer_id
            and as_of_date.as_of_date = purchases.cut_off_date
    left join forecasts on customers.customer_id = forecasts.customer_id

),

churn_scores as (

    select
        ---------- ids
        customer_id,

        ---------- strings
        case
            when not has_ordered then 'no_orders'
            when churn_probability is null then 'no_model'
            when is_pooled then 'pooled'
            else 'by_segment'
        end as score_status,
        case
            when churn_probability >= {{ var('high_churn_probability') }} then 'high'
            when churn_probability >= {{ var('medium_churn_probability') }}
                then 'medium'
            when churn_probability is not null then 'low'
            else 'none'
        end as churn_band,
        case
            when not has_ordered then 'no valid order yet'
            when churn_probability is null then 'no model could be fitted'
            else coalesce(
                    nullif(concat_ws(
                        '; ',
                        'raised by: ' || raising_reason,
                        'raised by: ' || further_raising_reason,
                        'lowered by: ' || lowering_reason
                    ), ''),
                    'as the average buyer'
                )
        end as reasons,
        case
            when churn_probability is not null
                then concat_ws(
                        ':',
                        case
                            when is_recalibrated then model_name || '+recalibrated'
                            else model_name
                        end,
                        case when is_pooled then 'all' else segment_code end,
                        cast(as_of_date as string)
                    )
        end as model_version,
        segment_code,

        ---------- numerics
        cast({{ var('churn_horizon_days') }} as int) as horizon_days,
        probability_alive,
        churn_probability,

        ---------- dates
        as_of_date

    from described

)

select * from churn_scores
