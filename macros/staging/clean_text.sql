{#- Trims a text and turns an empty one into null. -#}
{% macro clean_text(column_name) -%} nullif(trim({{ column_name }}), '') {%- endmacro %}
