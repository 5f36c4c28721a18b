{#-
    Purchases to expect within the horizon from a buyer who has not left. The series is
    Euler's transform of the published one, which converges too slowly. The formula has a
    gap at a = 1, over which it is smooth: there it is taken from beside the gap.
-#}
{% macro expected_purchases_if_alive(purchases, age, horizon, model) -%}
    {%- set shape -%}
        {{ dropout_shape(purchases, model) }} + {{ model }}.a
    {%- endset -%}
    {%- set a_minus_1 -%}
        case
            when abs({{ model }}.a - 1) < 1e-6 then 1e-6 else {{ model }}.a - 1
        end
    {%- endset -%}
    {%- set z -%}
        {{ horizon }} / ({{ model }}.alpha_weeks + {{ age }} + {{ horizon }})
    {%- endset -%}
    {%- set sum = hypergeometric_series("known.a", "known.b", "known.c", "known.z") -%}
    {{
        over_values(
            "known",
            {
                "a": shape ~ " - " ~ model ~ ".r - " ~ purchases,
                "b": a_minus_1,
                "c": "nullif(" ~ shape ~ ", 0)",
                "z": z,
            },
            "known.c / known.b * (1 - power(1 - known.z, known.b) * " ~ sum ~ ")",
        )
    }}
{%- endmacro %}
