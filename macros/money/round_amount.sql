{#-
    An amount of money as the marts hold it: four decimals, halves away from zero. Both
    engines round decimals that way; doubles never come near money.
-#}
{% macro round_amount(expression) -%}
    cast(round({{ expression }}, 4) as decimal(18, 4))
{%- endmacro %}
