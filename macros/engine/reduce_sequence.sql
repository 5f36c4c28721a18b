{#-
    An expression over its own former result and a whole number, from the first number up
    to the last: text that does not grow with the number of steps.
-#}
{% macro reduce_sequence(first, last, start, result, number, expression) -%}
    {{
        adapter.dispatch("reduce_sequence", "cdp")(
            first, last, start, result, number, expression
        )
    }}
{%- endmacro %}


{% macro default__reduce_sequence(first, last, start, result, number, expression) -%}
    aggregate(
        sequence({{ first }}, {{ last }}),
        {{ start }},
        ({{ result }}, {{ number }}) -> {{ expression }}
    )
{%- endmacro %}


{% macro duckdb__reduce_sequence(first, last, start, result, number, expression) -%}
    {{
        "list_reduce(generate_series(%s, %s), lambda %s, %s: %s, %s)" | format(
            first, last, result, number, expression, start
        )
    }}
{%- endmacro %}
