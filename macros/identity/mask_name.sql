{#-
    A name as its first letter and its length, up to 20: `m******`.
-#}
{% macro mask_name(column_name) -%}
    left({{ column_name }}, 1) || repeat('*', least(length({{ column_name }}), 20) - 1)
{%- endmacro %}
