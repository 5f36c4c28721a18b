{#- DuckDB knows no users; dbt-duckdb would warn of every grant that is configured. -#}
{% macro duckdb__apply_grants(relation, grant_config, should_revoke=True) -%}
{%- endmacro %}
