{#-
    Features in standard deviations from the mean of the cut-off: tenure, say, grows from one
    cut-off to the next, and a customer is old or young beside the others of the day only.
    What is unknown counts as the mean.
-#}
{%- set terms = churn_terms() -%}

with

purchases as (

    select * from {{ ref('int_purchases_scored') }}

),

orders as (

    select * from {{ ref('int_orders_aggregated_to_cut_off') }}

),

events as (

    select * from {{ ref('int_events_aggregated_to_cut_off') }}

),

tickets as (

    select * from {{ ref('int_tickets_aggregated_to_cut_off') }}

),

known_facts as (

    select
        purchases.customer_id,
        purchases.cut_off_date,
        purchases.cut_off_kind,
        purchases.outcome_date,
        purchases.is_churned,
        {{ log_odds('purchases.bg_nbd_churn_probability') }} as bg_nbd_logit,
        {{ log_odds('purchases.mbg_nbd_churn_probability') }} as mbg_nbd_logit,
        datediff(orders.cut_off_date, orders.last_order_date)
            as days_since_last_order,
        purchases.age_days as days_since_first_order,
        orders.order_day_count,
        orders.order_days_last_90_days,
        orders.order_days_previous_90_days,
        coalesce(events.active_days_last_90_days, 0) as active_days_last_90_days,
        coalesce(
            datediff(events.cut_off_date, events.last_activity_date),
            purchases.age_days
        ) as days_since_last_activity,
        coalesce(events.has_unsubscribed, false) as has_unsubscribed,
        coalesce(tickets.open_ticket_count, 0) as open_ticket_count,
        tickets.mean_satisfaction_score
    from purchases
    inner join orders
        on
            purchases.customer_id = orders.customer_id
            and purchases.cut_off_date = orders.cut_off_date
    left join events
        on
            purchases.customer_id = events.customer_id
            and purchases.cut_off_date = events.cut_off_date
    left join tickets
        on
            purchases.customer_id = tickets.customer_id
            and purchases.cut_off_date = tickets.cut_off_date

),

measured as (

    select
        *,
    {%- for term, expression in terms.items() %}
        cast({{ expression }} as decimal(18, 8)) as {{ term }}{{ "," if not loop.last }}
    {%- endfor %}
    from known_facts

),

averages as (

    select
        cut_off_date,
    {%- for term in terms %}
        {{ safe_ratio('sum(' ~ term ~ ')', 'count(' ~ term ~ ')') }}
            as {{ term }}_mean,
        {{ sample_spread(term) }} as {{ term }}_spread{{ "," if not loop.last }}
    {%- endfor %}
    from measured
    group by cut_off_date

),

{# Digests pick the sample that the recalibration learns from: always the same one. #}
int_churn_features_standardized as (

    select
        measured.customer_id,
        measured.bg_nbd_logit,
        measured.mbg_nbd_logit,
        {%- for term in terms %}
            {{ deviation_from_mean(
                'measured.' ~ term,
                'averages.' ~ term ~ '_mean',
                'averages.' ~ term ~ '_spread'
            ) }} as {{ term }}_deviation,
        {%- endfor %}
        measured.cut_off_kind <> 'requested'
        and row_number() over (
            partition by measured.cut_off_date
            order by md5(measured.customer_id), measured.customer_id
        ) <= {{ var('max_recalibration_customers') }} as is_sampled,
        measured.is_churned,
        measured.cut_off_date,
        measured.outcome_date
    from measured
    inner join averages on measured.cut_off_date = averages.cut_off_date

)

select * from int_churn_features_standardized
