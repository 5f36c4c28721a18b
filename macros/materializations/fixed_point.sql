{#-
    Materialization `fixed_point`: who belongs together, as connected components of a
    graph, in which some nodes must stay apart.

    The model selects one row per edge. Its direction means nothing, and repeating it
    changes nothing. The query is run twice, for fingerprints and for links, so it should
    do no more than put tables together.
    - `source_node`, `target_node`: what is linked. A row whose target is null only says
      that the node exists; a lone node is a component of its own.
    - `strength`, a whole number: the higher, the more certain; null counts as 0.
    - `is_apart`: true says that the two nodes are never in one component, through
      whatever third node. The strength of such a row means nothing.

    The table has one row per node:
    - `node`.
    - `component`: smallest node of its component.
    - `_linked_component`: smallest node that links lead to, before any was cut. A
      component was split where this is another one for some of its nodes.
    - `_edges_hash`: fingerprint of the rows that name the node, and of the configuration.

    A component that holds no two nodes apart, and at most `max_component_size` nodes, is
    what links lead to. Any other one is split as if its links were taken one after the
    other, the strongest first, and each one were refused that would join two groups with
    nodes apart between them, or to more than `max_component_size` nodes: the cheapest
    links are cut. Equally strong links come in the order of the md5 of what they say
    (`fixed_point_hash`), which knows no favourites, and no long chains in which each link
    would have to wait for the one before.

    When the table is there, only components that a change touches are computed again.
    The result is that of a full run; labels and fingerprints change in one statement, so
    that a run that breaks anywhere leaves what the next one needs. `--full-refresh`, a
    table without these columns, another configuration and changes in most of the nodes
    compute everything.

    Config, under `meta`: `max_component_size` (default none), `max_rounds` (default 50), after which
    the run fails rather than publish components that are not closed.
-#}
{% materialization fixed_point, default %}
    {%- set target_relation = this.incorporate(type="table") -%}
    {%- set existing_relation = load_cached_relation(this) -%}
    {#- The working tables of this run by name; dbt knows those that a broken one left. -#}
    {%- set work = {"target": target_relation, "sql": sql, "tables": {}} -%}

    {{ run_hooks(pre_hooks, inside_transaction=False) }}
    {{ run_hooks(pre_hooks, inside_transaction=True) }}

    {%- do fixed_point_create(work, "nodes", fixed_point_nodes(work)) -%}
    {%- set scope = fixed_point_scope(work, existing_relation) -%}
    {%- if scope.is_full or scope.touched > 0 -%}
        {%- do fixed_point_compute(work) -%}
    {%- endif -%}

    {#-
        Opens the transaction, on engines with one, in which the table is replaced. Not
        earlier: DuckDB knows too little about new tables to join them well within one.
    -#}
    {% call statement("begin") %} select 1 as begun {% endcall %}
    {%- set publication = "" -%}
    {%- if scope.is_full -%}
        {%- if existing_relation is not none and not existing_relation.is_table -%}
            {%- do adapter.drop_relation(existing_relation) -%}
        {%- endif -%}
        {%- set publication = replace_table(
            target_relation, fixed_point_result(work)
        ) -%}
        {%- do run_query(publication) -%}
    {%- elif scope.touched > 0 -%}
        {%- set publication = fixed_point_merge(work) -%}
        {%- do run_query(publication) -%}
    {%- endif -%}
    {%- set message = "recomputed %s of %s nodes" % (scope.members, scope.nodes) -%}
    {%- do log(this.identifier ~ ": " ~ message) -%}
    {% call noop_statement("main", message, rows_affected=scope.members) -%}
        {{ publication }}
    {%- endcall %}

    {%- do apply_grants(target_relation, config.get("grants"), should_revoke=True) -%}
    {%- do persist_docs(target_relation, model) -%}
    {{ run_hooks(post_hooks, inside_transaction=True) }}
    {%- do commit_transaction() -%}
    {%- do fixed_point_drop(work) -%}
    {{ run_hooks(post_hooks, inside_transaction=False) }}

    {{ return({"relations": [target_relation]}) }}
{% endmaterialization %}


{#- Labels the nodes of `members`: linked components, and groups where they are split. -#}
{% macro fixed_point_compute(work) -%}
    {%- do fixed_point_create(work, "links", fixed_point_links(work)) -%}
    {%- do fixed_point_close(work) -%}
    {%- do fixed_point_create(work, "groups", fixed_point_violators(work)) -%}
    {%- if fixed_point_count(work.tables.groups) > 0 -%}
        {%- do fixed_point_split(work) -%}
    {%- endif -%}
{%- endmacro %}


{#-
    Query for the rows of the table that belong to the nodes of `members`. Numbers of
    nodes have no order: here components get the name of their smallest node.
-#}
{% macro fixed_point_result(work) -%}
    with
        labelled as (
            select
                members.node,
                members.edges_hash,
                labels.component_id as linked_id,
                coalesce(split.group_id, labels.component_id) as component_id
            from {{ work.tables.members }} as members
            inner join {{ work.tables.labels }} as labels on members.id = labels.id
            left join {{ work.tables.groups }} as split on members.id = split.id
        ),
        components as (
            select component_id, min(linked_id) as linked_id, min(node) as component
            from labelled
            group by component_id
        ),
        linked_components as (
            select linked_id, min(component) as linked_component
            from components
            group by linked_id
        )
    select
        labelled.node,
        components.component,
        linked_components.linked_component as _linked_component,
        labelled.edges_hash as _edges_hash
    from labelled
    inner join components on labelled.component_id = components.component_id
    inner join linked_components on components.linked_id = linked_components.linked_id
{%- endmacro %}
