{#- Square of a forecast's distance to what happened; its mean is the Brier score. -#}
{% macro squared_error(probability, outcome) -%}
    power({{ probability }} - case when {{ outcome }} then 1 else 0 end, 2)
{%- endmacro %}
