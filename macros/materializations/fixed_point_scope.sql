{#-
    Query for the nodes with a number and a fingerprint. It is a sum, so that the order of
    the rows does not matter, and rows that are repeated do not cancel each other out.
-#}
{% macro fixed_point_nodes(work) -%}
    {%- set configuration = "1/" ~ fixed_point_setting("max_component_size") -%}
    {%- set salt = local_md5(configuration)[:14] | int(base=16) -%}
    with
        stated as ({{ work.sql }}),
        typed as (
            select
                source_node,
                target_node,
                coalesce(is_apart, false) as is_apart,
                coalesce(cast(strength as bigint), 0) as strength,
                least(source_node, target_node) as first_node,
                greatest(source_node, target_node) as second_node
            from stated
        ),
        hashed as (
            select
                source_node,
                target_node,
                case
                    when target_node is not null
                    then {{ fixed_point_hash(fixed_point_statement()) }}
                end as edge_hash
            from typed
        ),
        named as (
            select source_node as node, edge_hash
            from hashed
            union all
            select target_node as node, edge_hash
            from hashed
            where target_node is not null
        )
    select
        {{ fixed_point_number() }} as id,
        node,
        cast(
            coalesce(sum(cast(edge_hash as decimal(18, 0))), 0)
            + {{ salt }} as decimal(28, 0)
        ) as edges_hash
    from named
    group by node
{%- endmacro %}


{#-
    What an edge says, in whatever direction. Without the length of the first name, two
    pairs could read the same.
-#}
{% macro fixed_point_statement() -%}
    concat_ws(
        ':',
        cast(length(first_node) as string),
        first_node,
        second_node,
        case when is_apart then 'apart' else cast(strength as string) end
    )
{%- endmacro %}


{#-
    Decides what is computed: `members` becomes the table of these nodes.

    Returns whether everything is, and the numbers of touched nodes, members and nodes.
-#}
{% macro fixed_point_scope(work, existing_relation) -%}
    {%- set nodes = work.tables.nodes -%}
    {%- set scope = {"is_full": true, "nodes": fixed_point_count(nodes)} -%}
    {%- if fixed_point_is_incremental(existing_relation) -%}
        {%- do fixed_point_create(work, "touched", fixed_point_touched(work)) -%}
        {%- set touched = fixed_point_count(work.tables.touched) -%}
        {%- do scope.update(
            {
                "is_full": touched * 2 > scope.nodes,
                "touched": touched,
                "members": 0,
            }
        ) -%}
    {%- endif -%}
    {%- if scope.is_full -%}
        {%- do work.tables.update({"members": nodes}) -%}
        {%- do scope.update({"members": scope.nodes}) -%}
    {%- elif scope.touched > 0 -%}
        {%- do fixed_point_create(work, "members", fixed_point_members(work)) -%}
        {%- do scope.update({"members": fixed_point_count(work.tables.members)}) -%}
    {%- endif -%}
    {{ return(scope) }}
{%- endmacro %}


{#- Whether there is a table that this materialization wrote and that may stay. -#}
{% macro fixed_point_is_incremental(existing_relation) -%}
    {%- if existing_relation is none or not existing_relation.is_table -%}
        {{ return(false) }}
    {%- endif -%}
    {%- if should_full_refresh() -%} {{ return(false) }} {%- endif -%}
    {%- set known = run_query("select * from " ~ existing_relation ~ " limit 0") -%}
    {{
        return(
            known.column_names | sort
            == ["_edges_hash", "_linked_component", "component", "node"]
        )
    }}
{%- endmacro %}


{#- Query for the nodes that came, went, or are named in other rows than before. -#}
{% macro fixed_point_touched(work) -%}
    select
        coalesce(known.node, nodes.node) as node,
        known._linked_component as linked_component
    from {{ work.target }} as known
    full outer join {{ work.tables.nodes }} as nodes on known.node = nodes.node
    where known._edges_hash is distinct from nodes.edges_hash
{%- endmacro %}


{#-
    Query for the nodes to compute: those of the linked components that hold a touched
    node, and the new ones. That is enough: a row that came, went or changed has touched
    both its nodes, so that every link of these nodes leads to one of them, and nodes that
    are kept apart from others matter within a linked component only.
-#}
{% macro fixed_point_members(work) -%}
    with
        concerned as (
            select node
            from {{ work.target }}
            where
                _linked_component
                in (select linked_component from {{ work.tables.touched }})
            union all
            select node
            from {{ work.tables.touched }}
            where linked_component is null
        )
    select nodes.id, nodes.node, nodes.edges_hash
    from {{ work.tables.nodes }} as nodes
    inner join concerned on nodes.node = concerned.node
{%- endmacro %}


{#- Statement that puts the rows of the members into the table, and takes out nodes. -#}
{% macro fixed_point_merge(work) -%}
    {%- set columns = ["component", "_linked_component", "_edges_hash"] -%}
    {%- set assignments = [] -%}
    {%- for column in columns -%}
        {%- do assignments.append(column ~ " = changes." ~ column) -%}
    {%- endfor -%}
    {{
        return(
            "merge into "
            ~ work.target
            ~ " as known using (\n"
            ~ fixed_point_changes(work)
            ~ "\n) as changes on known.node = changes.node"
            ~ "\nwhen matched and changes.is_gone then delete"
            ~ "\nwhen matched then update set "
            ~ assignments
            | join(", ") ~ "\nwhen not matched then insert (node, " ~ columns
            | join(", ") ~ ") values (changes.node, changes." ~ columns
            | join(", changes.") ~ ")"
        )
    }}
{%- endmacro %}


{#- Query for the rows of the members, and the nodes that are gone. -#}
{% macro fixed_point_changes(work) -%}
    with result as ({{ fixed_point_result(work) }})
    select node, component, _linked_component, _edges_hash, false as is_gone
    from result
    union all
    select
        touched.node,
        null as component,
        null as _linked_component,
        null as _edges_hash,
        true as is_gone
    from {{ work.tables.touched }} as touched
    left join {{ work.tables.nodes }} as nodes on touched.node = nodes.node
    where nodes.node is null
{%- endmacro %}
