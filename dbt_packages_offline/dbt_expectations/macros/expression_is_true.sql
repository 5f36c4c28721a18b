{#-
    Fails for every row, or group, whose expression does not meet the condition. An
    expression that is null passes, as in the real package.
-#}
{% test expression_is_true(
    model,
    expression,
    test_condition="= true",
    group_by_columns=none,
    row_condition=none
) %}

    {{
        dbt_expectations.rows_that_fail(
            model, expression, test_condition, group_by_columns, row_condition
        )
    }}

{% endtest %}


{% macro rows_that_fail(
    model,
    expression,
    test_condition="= true",
    group_by_columns=none,
    row_condition=none
) -%}

    with

        evaluated as (

            select
                {%- for column in group_by_columns or [] %}
                    {{ column }} as col_{{ loop.index }},
                {%- endfor %}
                {{ expression }} as expression

            from {{ model }}

            {% if row_condition -%} where {{ row_condition }} {%- endif %}

            {% if group_by_columns -%}
                group by {{ group_by_columns | join(", ") }}
            {%- endif %}

        )

    select *
    from evaluated
    where not (expression {{ test_condition }})

{%- endmacro %}
