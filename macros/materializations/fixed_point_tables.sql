{#- Creates a working table beside the target from a query, in place of an older one. -#}
{% macro fixed_point_create(work, suffix, query) -%}
    {%- set relation = fixed_point_relation(work, suffix) -%}
    {%- do work.tables.update({suffix: relation}) -%}
    {%- do run_query("create or replace table " ~ relation ~ " as\n" ~ query) -%}
{%- endmacro %}


{#-
    Replaces a working table by a query that reads it: names take turns, since no engine
    reads a table that it is replacing.
-#}
{% macro fixed_point_renew(work, suffix, query) -%}
    {%- set next_relation = fixed_point_relation(work, suffix) -%}
    {%- if work.tables[suffix] == next_relation -%}
        {%- set next_relation = fixed_point_relation(work, suffix ~ "_next") -%}
    {%- endif -%}
    {%- do run_query("create or replace table " ~ next_relation ~ " as\n" ~ query) -%}
    {%- do work.tables.update(
        {suffix: next_relation, suffix ~ "_before": work.tables[suffix]}
    ) -%}
{%- endmacro %}


{% macro fixed_point_relation(work, suffix) -%}
    {%- set identifier = work.target.identifier ~ "__" ~ suffix -%}
    {{ return(work.target.incorporate(path={"identifier": identifier})) }}
{%- endmacro %}


{#- Drops the working tables, and those that a run that broke off has left. -#}
{% macro fixed_point_drop(work) -%}
    {%- set created = work.tables.values() | map("string") | unique | list -%}
    {%- for suffix in fixed_point_suffixes() -%}
        {%- set relation = fixed_point_relation(work, suffix) -%}
        {%- if relation | string in created or load_cached_relation(
            relation
        ) is not none -%}
            {%- do adapter.drop_relation(relation) -%}
        {%- endif -%}
    {%- endfor -%}
{%- endmacro %}


{#- What working tables are called. -#}
{% macro fixed_point_suffixes() -%}
    {{
        return(
            [
                "nodes",
                "touched",
                "members",
                "links",
                "labels",
                "labels_next",
                "hooks",
                "open_links",
                "open_links_next",
                "groups",
                "groups_next",
                "offers",
                "offers_next",
                "best_offers",
                "trees",
            ]
        )
    }}
{%- endmacro %}


{#- How many rows a table has. -#}
{% macro fixed_point_count(relation) -%}
    {%- set counted = run_query("select count(*) as row_count from " ~ relation) -%}
    {{ return(counted.columns[0][0] | int) }}
{%- endmacro %}


{#- Ends a run that would otherwise publish what is not closed. -#}
{% macro fixed_point_fail(work) -%}
    {%- do fixed_point_drop(work) -%}
    {%- do exceptions.raise_compiler_error(
        this.identifier
        ~ " has not reached a fixed point after "
        ~ fixed_point_setting("max_rounds", 50)
        ~ " rounds: raise its config max_rounds."
    ) -%}
{%- endmacro %}
