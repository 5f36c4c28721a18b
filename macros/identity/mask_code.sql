{#-
    A phone number, or the number of a card, by its last letters: three, but never more
    than a quarter of it: `***345`.
-#}
{% macro mask_code(column_name) -%}
    '***' || right(
        {{ column_name }}, least(cast(floor(length({{ column_name }}) / 4) as int), 3)
    )
{%- endmacro %}
