{#-
    Opens every raw Delta table before the threads start. dbt-duckdb opens a table when
    the first model names it, and adds it to a dictionary that other threads may be
    reading: a build fails now and then with "dictionary changed size during iteration".
-#}
{% macro load_raw_tables() -%}
    {{ adapter.dispatch("load_raw_tables", "cdp")() }}
{%- endmacro %}


{% macro default__load_raw_tables() -%} {%- endmacro %}


{% macro duckdb__load_raw_tables() -%}
    {%- if execute -%}
        {%- for table in graph.sources.values() | sort(attribute="unique_id") -%}
            {%- do source(table.source_name, table.name) -%}
        {%- endfor -%}
    {%- endif -%}
{%- endmacro %}
