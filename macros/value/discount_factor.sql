{#- What an amount at the end of a month is worth today. -#}
{% macro discount_factor(month, annual_rate=none) -%}
    {%- set rate = (
        var("annual_discount_rate") if annual_rate is none else annual_rate
    ) -%}
    power(cast(1 + {{ rate }} as double), - ({{ month }}) / 12e0)
{%- endmacro %}
