{#-
    One value from a list: an expression over its own former result and the next element.
    It reads nothing else: DuckDB 1.5 takes columns from other rows where lists differ in
    length (duckdb/duckdb#25816).
-#}
{% macro reduce_list(list, start, result, element, expression) -%}
    {{
        adapter.dispatch("reduce_list", "cdp")(
            list, start, result, element, expression
        )
    }}
{%- endmacro %}


{% macro default__reduce_list(list, start, result, element, expression) -%}
    aggregate(
        {{ list }}, {{ start }}, ({{ result }}, {{ element }}) -> {{ expression }}
    )
{%- endmacro %}


{% macro duckdb__reduce_list(list, start, result, element, expression) -%}
    {{
        "list_reduce(%s, lambda %s, %s: %s, %s)" | format(
            list, result, element, expression, start
        )
    }}
{%- endmacro %}
