{#-
    Fails for every value below the minimum or above the maximum; the limits themselves
    are inside unless `strictly`. Null passes.
-#}
{% test expect_column_values_to_be_between(
    model,
    column_name,
    min_value=none,
    max_value=none,
    row_condition=none,
    strictly=false
) %}

    {{
        dbt_expectations.rows_that_fail(
            model,
            dbt_expectations.is_between(column_name, min_value, max_value, strictly),
            row_condition=row_condition,
        )
    }}

{% endtest %}


{% macro is_between(expression, min_value, max_value, strictly) -%}
    {%- if min_value is none and max_value is none -%}
        {%- do exceptions.raise_compiler_error(
            "Give a min_value, a max_value or both."
        ) -%}
    {%- endif -%}
    {%- set limits = [] -%}
    {%- set or_equal = "" if strictly else "=" -%}
    {%- if min_value is not none -%}
        {%- do limits.append(expression ~ " >" ~ or_equal ~ " " ~ min_value) -%}
    {%- endif -%}
    {%- if max_value is not none -%}
        {%- do limits.append(expression ~ " <" ~ or_equal ~ " " ~ max_value) -%}
    {%- endif -%}
    ({{ limits | join(" and ") }})
{%- endmacro %}
