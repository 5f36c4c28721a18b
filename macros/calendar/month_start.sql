{#- First day of the month, as a date: `date_trunc` alone gives a timestamp. -#}
{% macro month_start(date_column) -%}
    cast(date_trunc('month', {{ date_column }}) as date)
{%- endmacro %}
