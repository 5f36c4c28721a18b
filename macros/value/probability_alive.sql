{#-
    Probability that a buyer has not left. One-time buyers of BG/NBD are alive for certain,
    so that one minus this is no churn score. `exp` overflows from 710 on, where engines
    need not agree; `least` would make a number of null.
-#}
{% macro probability_alive(purchases, recency, age, model) -%}
    {%- set log_odds_of_dropout -%}
        ln({{ model }}.a / {{ dropout_shape(purchases, model) }})
        + ({{ model }}.r + {{ purchases }})
        * ln(
            ({{ model }}.alpha_weeks + {{ age }})
            / ({{ model }}.alpha_weeks + {{ recency }})
        )
    {%- endset -%}
    case
        when {{ recency }} + {{ age }} + {{ model }}.r is null
        then null
        when {{ purchases }} = 0 and {{ model }}.model_name = 'bg_nbd'
        then 1e0
        when {{ log_odds_of_dropout }} > 700
        then 0e0
        else 1 / (1 + exp({{ log_odds_of_dropout }}))
    end
{%- endmacro %}
