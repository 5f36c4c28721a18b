{#- How often one whole number is in another, without a remainder and without a double. -#}
{% macro whole_quotient(dividend, divisor) -%}
    {{ adapter.dispatch("whole_quotient", "cdp")(dividend, divisor) }}
{%- endmacro %}


{% macro default__whole_quotient(dividend, divisor) -%}
    ({{ dividend }} div {{ divisor }})
{%- endmacro %}


{% macro duckdb__whole_quotient(dividend, divisor) -%}
    divide({{ dividend }}, {{ divisor }})
{%- endmacro %}
