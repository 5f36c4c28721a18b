{#-
    Makes the raw Delta tables that ingestion writes known to the engine, before the
    threads of a run start.
-#}
{% macro register_raw_tables() -%}
    {{ adapter.dispatch("register_raw_tables", "cdp")() }}
{%- endmacro %}


{#-
    On Databricks: external tables over the folders of the lake. A lake that is registered
    costs one query and needs no privilege to create anything. Nothing here replaces a
    table, which would empty the folder, and a folder without a Delta table fails, since
    creating a table there would begin one that ingestion knows nothing of.
-#}
{% macro default__register_raw_tables() -%}
    {%- if execute -%}
        {%- set tables = graph.sources.values() | sort(attribute="unique_id") -%}
        {%- do check_lake_location(env_var("CDP_LAKE", "")) -%}
        {%- set registered = registered_raw_tables(tables) -%}
        {%- set missing = [] -%}
        {%- for table in tables -%}
            {%- set relation = source(table.source_name, table.name) -%}
            {%- set name = relation.render() | lower -%}
            {%- if name in registered -%}
                {%- do check_raw_table_location(
                    relation, registered[name], table.meta.delta_table_path
                ) -%}
            {%- else -%}
                {%- do missing.append((relation, table.meta.delta_table_path)) -%}
            {%- endif -%}
        {%- endfor -%}
        {%- for relation, location in missing -%}
            {%- do run_query(raw_table_query(location)) -%}
        {%- endfor -%}
        {%- for schema in missing | map(attribute=0) | map(
            attribute="schema"
        ) | unique -%}
            {%- if not adapter.check_schema_exists(tables[0].database, schema) -%}
                {%- do adapter.create_schema(
                    api.Relation.create(
                        database=tables[0].database, schema=schema
                    )
                ) -%}
            {%- endif -%}
        {%- endfor -%}
        {%- for relation, location in missing -%}
            {%- do run_query(raw_table_statement(relation, location)) -%}
        {%- endfor -%}
    {%- endif -%}
{%- endmacro %}


{#- Stops the run with one line where a warehouse elsewhere cannot find the lake. -#}
{% macro check_lake_location(lake) -%}
    {%- set example = "abfss://container@account.dfs.core.windows.net/path" -%}
    {%- if not lake -%}
        {%- do exceptions.raise_compiler_error(
            "CDP_LAKE is not set: set it to the lake that ingestion writes, such as "
            ~ example
            ~ "."
        ) -%}
    {%- elif not modules.re.match("([a-z][a-z0-9+.-]*:)?/", lake) -%}
        {%- do exceptions.raise_compiler_error(
            "CDP_LAKE is "
            ~ lake
            ~ ", a folder relative to this process, which a warehouse elsewhere cannot"
            ~ " find: set it to an absolute folder or to a URL such as "
            ~ example
            ~ "."
        ) -%}
    {%- endif -%}
{%- endmacro %}


{#- Locations of the raw tables in the catalog, by rendered name in lower case. -#}
{% macro registered_raw_tables(tables) -%}
    {%- set locations = {} -%}
    {%- set rows = run_query(registered_raw_tables_query(tables)).rows -%}
    {%- for row in rows -%}
        {%- set relation = api.Relation.create(
            database=tables[0].database, schema=row[0], identifier=row[1]
        ) -%}
        {%- do locations.update({relation.render() | lower: row[2] or "a view"}) -%}
    {%- endfor -%}
    {{ return(locations) }}
{%- endmacro %}


{#- One query of the catalog for all raw schemas. -#}
{% macro registered_raw_tables_query(tables) -%}
    select table_schema, table_name, storage_path
    from {{ adapter.quote(tables[0].database) }}.information_schema.tables
    where
        table_schema in (
            {%- for schema in tables | map(attribute="schema") | map(
                "lower"
            ) | unique -%}
                '{{ schema }}' {{- ", " if not loop.last -}}
            {%- endfor -%}
        )
{%- endmacro %}


{#- Stops the run with one line where a registered table lies in another lake. -#}
{% macro check_raw_table_location(relation, registered, configured) -%}
    {%- set registered_place = comparable_location(without_escapes(registered)) -%}
    {%- if registered_place != comparable_location(configured) -%}
        {%- do exceptions.raise_compiler_error(
            "The raw table "
            ~ relation
            ~ " is registered at "
            ~ registered
            ~ ", but CDP_LAKE puts it at "
            ~ configured
            ~ ": set CDP_LAKE to the lake of the registered tables, choose another target"
            ~ " schema, or drop the external tables of the raw schemas (their files"
            ~ " stay) and run again."
        ) -%}
    {%- endif -%}
{%- endmacro %}


{#- A location in the one form that all its spellings share. -#}
{% macro comparable_location(location) -%}
    {%- set path = modules.re.sub("^file:/+", "/", location) -%}
    {{ return(modules.re.sub("(?<!:)/+", "/", path).rstrip("/")) }}
{%- endmacro %}


{#-
    A location as it was given to the catalog, which keeps the URL of a folder: there a
    blank is %20. Other URLs are kept as they are.
-#}
{% macro without_escapes(location) -%}
    {%- if not location.startswith("file:") -%} {{ return(location) }} {%- endif -%}
    {%- set parts = [] -%}
    {%- for part in modules.re.split("((?:%[0-9A-Fa-f]{2})+)", location) -%}
        {%- if loop.index is even -%}
            {%- set code = part.replace("%", "") -%}
            {%- do parts.append(
                "".encode().fromhex(code).decode("utf-8", "replace")
            ) -%}
        {%- else -%} {%- do parts.append(part) -%}
        {%- endif -%}
    {%- endfor -%}
    {{ return(parts | join) }}
{%- endmacro %}


{#- Fails where there is no Delta table at a location. -#}
{% macro raw_table_query(location) -%}
    select * from delta.`{{ location }}` limit 0
{%- endmacro %}


{#- Statement that registers the Delta table at a location. -#}
{% macro raw_table_statement(relation, location) -%}
    {{
        return(
            "create table if not exists "
            ~ relation
            ~ " using delta location '"
            ~ location
            | replace("'", "\\'") ~ "'"
        )
    }}
{%- endmacro %}


{#-
    On DuckDB: opens every table. dbt-duckdb opens a table when the first model names it,
    and adds it to a dictionary that other threads may be reading: a build fails now and
    then with "dictionary changed size during iteration".
-#}
{% macro duckdb__register_raw_tables() -%}
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
