{#-
    Fails for every combination of values that more than one row has. Which rows with
    nulls are left out: those with all columns null, or (`any_value_is_missing`) with one.
-#}
{% test expect_compound_columns_to_be_unique(
    model,
    column_list,
    quote_columns=false,
    ignore_row_if="all_values_are_missing",
    row_condition=none
) %}

    {%- if not column_list -%}
        {%- do exceptions.raise_compiler_error("column_list is empty.") -%}
    {%- endif -%}
    {%- set junctions = {
        "all_values_are_missing": " or ",
        "any_value_is_missing": " and ",
    } -%}
    {%- if ignore_row_if not in junctions -%}
        {%- do exceptions.raise_compiler_error(
            "ignore_row_if is '"
            ~ ignore_row_if
            ~ "', it must be one of "
            ~ (junctions | join(", "))
            ~ "."
        ) -%}
    {%- endif -%}
    {%- set columns = [] -%}
    {%- set columns_with_value = [] -%}
    {%- for column in column_list -%}
        {%- set name = adapter.quote(column) if quote_columns else column -%}
        {%- do columns.append(name) -%}
        {%- do columns_with_value.append(name ~ " is not null") -%}
    {%- endfor %}

    select {{ columns | join(", ") }}, count(*) as n_records

    from {{ model }}

    where
        ({{ columns_with_value | join(junctions[ignore_row_if]) }})
        {% if row_condition -%} and ({{ row_condition }}) {%- endif %}

    group by {{ columns | join(", ") }}

    having count(*) > 1

{% endtest %}
