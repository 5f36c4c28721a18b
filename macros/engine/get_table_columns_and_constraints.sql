{#-
    Columns and constraints of a contracted table, without its keys. Databricks records
    keys and enforces none; DuckDB enforces them, and then refuses the deletes and inserts
    of incremental runs and the replacement of a table that another one refers to. Data
    tests check on both that keys are unique and that foreign keys have their parents.
-#}
{% macro duckdb__get_table_columns_and_constraints() -%}
    {%- set columns = adapter.render_raw_columns_constraints(
        raw_columns=model["columns"]
    ) -%}
    {%- set constraints = adapter.render_raw_model_constraints(
        raw_constraints=model["constraints"]
        | rejectattr("type", "in", ["primary_key", "foreign_key"])
        | list
    ) -%}
    ({{ (columns + constraints) | join(", ") }})
{%- endmacro %}
