{#-
    What the purchase models say of each buyer by themselves. Both are kept: which one is
    better at one cut-off is tried on what it said at the cut-offs before.
-#}

with

purchases as (

    select
        *,
        cast(repeat_purchase_count as double) as purchase_count,
        cast(recency_days as double) / 7 as recency_weeks,
        cast(age_days as double) / 7 as age_weeks,
        cast(outcome_days as double) / 7 as horizon_weeks
    from {{ ref('int_purchases_summarized') }}

),

parameters as (

    select * from {{ ref('int_purchase_model_parameters') }}

),

expectations as (

    select * from {{ ref('int_purchases_expected') }}

),

modelled as (

    select
        purchases.*,
        {%- for name, model in [('bg_nbd', 'bgn'), ('mbg_nbd', 'mbg')] %}
            {{ probability_alive(
                'purchases.purchase_count',
                'purchases.recency_weeks',
                'purchases.age_weeks',
                model
            ) }} as {{ name }}_probability_alive,
            {{ still_buying_rate(
                'purchases.purchase_count',
                'purchases.age_weeks',
                'purchases.horizon_weeks',
                model
            ) }} as {{ name }}_still_buying_rate,
        {%- endfor %}
        expectations.horizon_purchases_if_alive,
        expectations.purchases_12m_if_alive,
        expectations.discounted_purchases_12m_if_alive,
        {#- Amounts that are unknown for want of a rate are not those of a stranger. #}
        case
            when
                purchases.repeat_purchase_count = 0
                or purchases.mean_repeat_amount is not null
                then {{ expected_purchase_value(
                    'purchases.purchase_count', 'purchases.mean_repeat_amount', 'spend'
                ) }}
        end as expected_purchase_value,
        case
            when bgn.is_chosen then bgn.model_name
            when mbg.is_chosen then mbg.model_name
        end as model_name,
        coalesce(bgn.is_chosen and bgn.is_pooled, false)
        or coalesce(mbg.is_chosen and mbg.is_pooled, false) as is_pooled
    from purchases
    left join parameters as bgn
        on
            purchases.cut_off_date = bgn.cut_off_date
            and purchases.segment_code = bgn.segment_code
            and bgn.model_name = 'bg_nbd'
    left join parameters as mbg
        on
            purchases.cut_off_date = mbg.cut_off_date
            and purchases.segment_code = mbg.segment_code
            and mbg.model_name = 'mbg_nbd'
    left join parameters as spend
        on
            purchases.cut_off_date = spend.cut_off_date
            and purchases.segment_code = spend.segment_code
            and spend.model_name = 'gamma_gamma'
    left join expectations
        on
            purchases.cut_off_date = expectations.cut_off_date
            and purchases.segment_code = expectations.segment_code
            and purchases.repeat_purchase_count = expectations.repeat_purchase_count
            and purchases.age_days = expectations.age_days

),

forecast as (

    select
        *,
        1 - bg_nbd_probability_alive * bg_nbd_still_buying_rate
            as bg_nbd_churn_probability,
        1 - mbg_nbd_probability_alive * mbg_nbd_still_buying_rate
            as mbg_nbd_churn_probability,
        case model_name
            when 'bg_nbd' then bg_nbd_probability_alive
            when 'mbg_nbd' then mbg_nbd_probability_alive
        end as probability_alive
    from modelled

),

int_purchases_scored as (

    select
        ---------- ids
        customer_id,

        ---------- strings
        segment_code,
        cut_off_kind,
        model_name,

        ---------- numerics
        repeat_purchase_count,
        age_days,
        probability_alive,
        outcome_purchase_count,
        outcome_net_amount,
        expected_purchase_value,
        bg_nbd_churn_probability,
        mbg_nbd_churn_probability,
        case model_name
            when 'bg_nbd' then bg_nbd_churn_probability
            when 'mbg_nbd' then mbg_nbd_churn_probability
        end as model_churn_probability,
        probability_alive * horizon_purchases_if_alive as expected_purchase_count,
        probability_alive * purchases_12m_if_alive as expected_purchase_count_12m,
        probability_alive * discounted_purchases_12m_if_alive
            as discounted_purchase_count_12m,

        ---------- booleans
        is_pooled,
        is_churned,

        ---------- dates
        cut_off_date,
        outcome_date

    from forecast

)

select * from int_purchases_scored
