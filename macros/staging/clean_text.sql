{#-
    Trims a text, no-break spaces included, and turns an empty one into null.
-#}
{% macro clean_text(column_name) -%}
    nullif(trim(replace({{ column_name }}, chr(160), ' ')), '')
{%- endmacro %}
