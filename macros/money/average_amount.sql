{#-
    An amount per something, null where there is nothing to divide by. The quotient
    passes through ten decimals, so that an exact half is rounded alike on both engines.
-#}
{% macro average_amount(amount, divisor) -%}
    {{ round_amount("cast(" ~ safe_ratio(amount, divisor) ~ " as decimal(28, 10))") }}
{%- endmacro %}
