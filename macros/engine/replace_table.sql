{#-
    Statement that creates a table from a query in place of the one that is there, with
    everything that the configuration says of it: table properties, clustering, comment.
-#}
{% macro replace_table(relation, query) -%}
    {{ adapter.dispatch("replace_table", "cdp")(relation, query) }}
{%- endmacro %}


{% macro default__replace_table(relation, query) -%}
    {{ create_table_as(False, relation, query) }}
{%- endmacro %}


{#- dbt-duckdb creates tables and replaces none; inside a transaction nobody notices. -#}
{% macro duckdb__replace_table(relation, query) -%}
    {%- do adapter.drop_relation(relation) -%}
    {{ create_table_as(False, relation, query) }}
{%- endmacro %}
