{#-
    Fails for every text in which the pattern matches nowhere. Null passes. Of the flags,
    `i` (ignore case) and `c` (do not) are there on every engine.
-#}
{% test expect_column_values_to_match_regex(
    model, column_name, regex, row_condition=none, is_raw=false, flags=""
) %}

    {%- for flag in flags if flag not in "ci" -%}
        {%- do exceptions.raise_compiler_error(
            "Regex flag '" ~ flag ~ "' is not supported: use c or i."
        ) -%}
    {%- endfor %}

    {{
        dbt_expectations.rows_that_fail(
            model,
            dbt_expectations.matches_regex(column_name, regex, is_raw, flags),
            row_condition=row_condition,
        )
    }}

{% endtest %}


{% macro matches_regex(expression, regex, is_raw, flags) -%}
    {{
        adapter.dispatch("matches_regex", "dbt_expectations")(
            expression, regex, is_raw, flags
        )
    }}
{%- endmacro %}


{#- Databricks reads backslashes in a literal as escapes unless the literal is raw. -#}
{% macro default__matches_regex(expression, regex, is_raw, flags) -%}
    {%- set pattern = ("(?i)" if "i" in flags else "") ~ regex -%}
    regexp_like({{ expression }}, {{ "r" if is_raw }}'{{ pattern }}')
{%- endmacro %}


{% macro duckdb__matches_regex(expression, regex, is_raw, flags) -%}
    regexp_matches({{ expression }}, '{{ regex }}', '{{ flags }}')
{%- endmacro %}
