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
        {%- do check_database_name(target.database) -%}
        {%- for table in graph.sources.values() | sort(attribute="unique_id") -%}
            {%- do check_raw_table_exists(table.meta.delta_table_path) -%}
            {%- do source(table.source_name, table.name) -%}
        {%- endfor -%}
    {%- endif -%}
{%- endmacro %}


{#- Stops the run with one line where ingestion has not made a local table yet. -#}
{% macro check_raw_table_exists(path) -%}
    {%- if "://" not in path -%}
        {%- set log_files = run_query(
            "select count(*) from glob('" ~ path ~ "/_delta_log/*')"
        ).columns[0][0] -%}
        {%- if log_files == 0 -%}
            {%- do exceptions.raise_compiler_error(
                "There is no raw table at "
                ~ path
                ~ ": run `python -m ingestion run`, which makes every table, or set"
                ~ " CDP_LAKE to the lake."
            ) -%}
        {%- endif -%}
    {%- endif -%}
{%- endmacro %}


{#-
    Stops the run with one line where the DuckDB file has a name that dbt-duckdb would put
    into its statements unquoted, and stumble over.
-#}
{% macro check_database_name(name) -%}
    {%- set keywords = run_query(
        "select count(*) from duckdb_keywords() where keyword_category <> 'unreserved'"
        ~ " and keyword_name = '"
        ~ name
        | lower
        | replace("'", "''") ~ "'"
    ).columns[0][0] -%}
    {%- if keywords > 0 or not modules.re.fullmatch("[A-Za-z_][A-Za-z0-9_]*", name) -%}
        {%- do exceptions.raise_compiler_error(
            "The DuckDB file cannot be called "
            ~ name
            ~ ": set CDP_DUCKDB to a name of letters, digits and underscores that is no"
            ~ " SQL keyword, such as cdp.duckdb."
        ) -%}
    {%- endif -%}
{%- endmacro %}
