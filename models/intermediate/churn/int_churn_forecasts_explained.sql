{#-
    The published forecast, and what moves it most from the average buyer's, in log odds.
    Terms about the same facts are one reason, or they would contradict each other.
-#}
{%- set reasons = ['purchases', 'trend', 'activity', 'mail', 'tickets'] -%}

with

forecasts as (

    select * from {{ ref('int_churn_forecasts_recalibrated') }}

),

chosen_models as (

    select * from {{ ref('int_churn_models_chosen') }}

),

cut_offs as (

    select * from {{ ref('int_cut_offs_listed') }}
    where cut_off_date = as_of_date

),

latest_forecasts as (

    select
        forecasts.*,
        chosen_models.is_recalibrated
    from forecasts
    inner join cut_offs on forecasts.cut_off_date = cut_offs.cut_off_date
    inner join chosen_models on forecasts.cut_off_date = chosen_models.cut_off_date

),

published as (

    select
        customer_id,
        cut_off_date,
        model_name,
        is_recalibrated,
        case
            when is_recalibrated then recalibrated_churn_probability
            else model_churn_probability
        end as churn_probability,
        case
            when is_recalibrated then purchase_model_effect
            else {{ log_odds('model_churn_probability') }}
        end as purchase_model_effect,
    {%- for term in churn_terms() %}
        case when is_recalibrated then {{ term }}_effect else 0 end
            as {{ term }}_effect{{ "," if not loop.last }}
    {%- endfor %}
    from latest_forecasts

),

average_buyers as (

    select
        {{ safe_ratio(exact_sum('churn_probability'), 'count(churn_probability)') }}
            as churn_probability
    from published

),

effects as (

    select
        published.customer_id,
        published.cut_off_date,
        published.model_name,
        published.is_recalibrated,
        published.churn_probability,
        published.purchase_model_effect
        + published.recency_effect
        + published.frequency_effect
        + published.tenure_effect
        - {{ log_odds('average_buyers.churn_probability') }} as purchases_log_odds,
        published.trend_effect as trend_log_odds,
        published.activity_effect
        + published.inactivity_effect as activity_log_odds,
        published.unsubscription_effect as mail_log_odds,
        published.open_tickets_effect
        + published.satisfaction_effect as tickets_log_odds
    from published
    cross join average_buyers

),

strongest as (

    select
        *,
        greatest(
            {%- for reason in reasons %}
                {{ reason }}_log_odds{{ "," if not loop.last }}
            {%- endfor %}
        ) as raising_log_odds,
        least(
            {%- for reason in reasons %}
                {{ reason }}_log_odds{{ "," if not loop.last }}
            {%- endfor %}
        ) as lowering_log_odds
    from effects

),

second_strongest as (

    select
        *,
        greatest(
            {%- for reason in reasons %}
                case
                    when {{ reason }}_log_odds < raising_log_odds
                        then {{ reason }}_log_odds
                end{{ "," if not loop.last }}
            {%- endfor %}
        ) as further_raising_log_odds
    from strongest

),

int_churn_forecasts_explained as (

    select
        customer_id,
        model_name,
        churn_probability,
        {%- for kind in ['raising', 'further_raising', 'lowering'] %}
            case
                when {{ "-" if kind == "lowering" }}{{ kind }}_log_odds < 0.1 then null
                {%- for reason in reasons %}
                    when {{ reason }}_log_odds = {{ kind }}_log_odds
                        then '{{ reason }}'
                {%- endfor %}
            end as {{ kind }}_reason,
        {%- endfor %}
        is_recalibrated,
        cut_off_date
    from second_strongest

)

select * from int_churn_forecasts_explained
