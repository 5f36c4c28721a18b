{#-
    Probability that a buyer who has not left buys within the horizon, to about 1e-13: a
    difference from one, whose error shows where the probability itself is tiny.
-#}
{% macro still_buying_rate(purchases, age, horizon, model) -%}
    (
        1 - power(
            ({{ model }}.alpha_weeks + {{ age }})
            / ({{ model }}.alpha_weeks + {{ age }} + {{ horizon }}),
            {{ model }}.r + {{ purchases }}
        )
    )
{%- endmacro %}
