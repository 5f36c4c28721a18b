{#- A list with each element of another one computed anew. -#}
{% macro transform_list(list, element, expression) -%}
    {{ adapter.dispatch("transform_list", "cdp")(list, element, expression) }}
{%- endmacro %}


{% macro default__transform_list(list, element, expression) -%}
    transform({{ list }}, {{ element }} -> {{ expression }})
{%- endmacro %}


{% macro duckdb__transform_list(list, element, expression) -%}
    {{ "list_transform(%s, lambda %s: %s)" | format(list, element, expression) }}
{%- endmacro %}
