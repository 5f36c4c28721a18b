{#-
    Fails for every group (without `group_by`: for the table) whose number of rows differs
    from the other table's number times `factor`. What is not said for the other table is
    as for this one. A null in a group equals nothing, so it is found on both sides.
-#}
{% test expect_table_row_count_to_equal_other_table(
    model,
    compare_model,
    group_by=none,
    compare_group_by=none,
    factor=1,
    row_condition=none,
    compare_row_condition=none
) %}

    {%- set group_by = group_by or [] -%}
    {%- set compare_group_by = compare_group_by or group_by -%}
    {%- if group_by | length != compare_group_by | length -%}
        {%- do exceptions.raise_compiler_error(
            "group_by and compare_group_by differ in length."
        ) -%}
    {%- endif -%}
    {%- set matches = ["true"] -%}
    {%- for column in group_by -%}
        {%- do matches.append(
            "counted.col_" ~ loop.index ~ " = compared.col_" ~ loop.index
        ) -%}
    {%- endfor %}

    with

        counted as ({{ dbt_expectations.row_counts(model, group_by, row_condition) }}),

        compared as (

            {{
                dbt_expectations.row_counts(
                    compare_model,
                    compare_group_by,
                    compare_row_condition or row_condition,
                )
            }}

        )

    select
        {%- for column in group_by %}
            coalesce(
                counted.col_{{ loop.index }}, compared.col_{{ loop.index }}
            ) as col_{{ loop.index }},
        {%- endfor %}
        counted.row_count as expression,
        compared.row_count * {{ factor }} as compare_expression

    from counted

    full outer join compared on {{ matches | join(" and ") }}

    where
        coalesce(counted.row_count, 0) != coalesce(compared.row_count, 0) * {{ factor }}

{% endtest %}


{% macro row_counts(model, group_by, row_condition) -%}

    select
        {%- for column in group_by %}
            {{ column }} as col_{{ loop.index }},
        {%- endfor %}
        count(*) as row_count

    from {{ model }}

    {% if row_condition -%} where {{ row_condition }} {%- endif %}

    {% if group_by -%} group by {{ group_by | join(", ") }} {%- endif %}

{%- endmacro %}
