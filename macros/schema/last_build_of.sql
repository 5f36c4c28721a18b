{#-
    A snapshot as the last build left it, for a model that the snapshot depends on: `ref`
    would close a circle. An empty table of the given columns before the first build. See
    docs/decisions/0006-last-build.md before using it a second time.
-#}
{% macro last_build_of(snapshot_name, columns) -%}
    {%- set last = namespace(relation=none) -%}
    {%- if execute -%}
        {%- set node = graph.nodes["snapshot." ~ project_name ~ "." ~ snapshot_name] -%}
        {%- set last.relation = adapter.get_relation(
            node.database, node.schema, node.alias
        ) -%}
    {%- endif -%}
    {%- if last.relation is not none -%} {{ last.relation }}
    {%- else -%}
        (
            select
                {% for name, data_type in columns.items() -%}
                    cast(null as {{ data_type }}) as {{ name }}
                    {{- "," if not loop.last }}
                {% endfor -%}
            where false
        )
    {%- endif -%}
{%- endmacro %}
