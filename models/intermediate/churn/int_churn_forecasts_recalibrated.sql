{#-
    The forecast of the chosen purchase model, and the same after the recalibration that was
    learnt by the cut-off. The cut-off that only serves to learn from has no older one: its
    forecast stays as it is.
-#}
{%- set terms = churn_terms() -%}

with

features as (

    select * from {{ ref('int_churn_features_standardized') }}

),

purchases as (

    select * from {{ ref('int_purchases_scored') }}

),

recalibrations as (

    select
        cut_off_date,
    {%- for term in ['intercept', 'purchase_model'] + terms.keys() | list %}
        max(coefficient) filter (where term_name = '{{ term }}')
            as {{ term }}{{ "," if not loop.last }}
    {%- endfor %}
    from {{ ref('int_churn_recalibration_parameters') }}
    where is_converged
    group by cut_off_date

),

joined as (

    select
        purchases.customer_id,
        purchases.model_name,
        purchases.model_churn_probability,
        purchases.cut_off_date,
        purchases.outcome_date,
        purchases.cut_off_kind,
        purchases.is_churned,
        recalibrations.intercept
        + recalibrations.purchase_model * case purchases.model_name
            when 'bg_nbd' then features.bg_nbd_logit
            when 'mbg_nbd' then features.mbg_nbd_logit
        end as purchase_model_effect,
    {%- for term in terms %}
        recalibrations.{{ term }} * features.{{ term }}_deviation
            as {{ term }}_effect{{ "," if not loop.last }}
    {%- endfor %}
    from purchases
    inner join features
        on
            purchases.customer_id = features.customer_id
            and purchases.cut_off_date = features.cut_off_date
    left join recalibrations
        on purchases.cut_off_date = recalibrations.cut_off_date

),

int_churn_forecasts_recalibrated as (

    select
        ---------- ids
        customer_id,

        ---------- strings
        model_name,
        cut_off_kind,

        ---------- numerics
        model_churn_probability,
        1 / (1 + exp(-(
            purchase_model_effect
            {%- for term in terms %}
                + {{ term }}_effect
            {%- endfor %}
        ))) as recalibrated_churn_probability,
        purchase_model_effect,
        {%- for term in terms %}
            {{ term }}_effect,
        {%- endfor %}

        ---------- booleans
        is_churned,

        ---------- dates
        cut_off_date,
        outcome_date

    from joined

)

select * from int_churn_forecasts_recalibrated
