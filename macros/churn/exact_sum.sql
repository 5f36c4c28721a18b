{#-
    Sum of doubles that does not depend on the order of the rows, which no engine promises:
    in steps of 1e-12, as decimals.
-#}
{% macro exact_sum(expression) -%}
    cast(sum(cast({{ expression }} as decimal(28, 12))) as double)
{%- endmacro %}
