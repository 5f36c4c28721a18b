{#- Calendar months from the month of one day to that of another, by their names alone. -#}
{% macro month_count(from_date, to_date) -%}
    cast(
        (year({{ to_date }}) - year({{ from_date }})) * 12
        + month({{ to_date }})
        - month({{ from_date }}) as int
    )
{%- endmacro %}
