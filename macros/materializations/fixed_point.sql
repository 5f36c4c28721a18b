{#-
    Materialization `fixed_point`: connected components of a graph.

    The model selects edges (source_node, target_node), directed or not, repeated or
    not. The table has one row per node that has an edge: `node` and `component`, the
    smallest node that can be reached from it.

    Label propagation with pointer jumping. Each round gives every node the smallest
    label next to it, hands that label on to the node the old label was named after, and
    then replaces labels by the labels of their nodes, which halves the way that is left.
    A chain of n nodes takes about log2(n) rounds. It stops when a round changes nothing,
    and fails rather than publish components that are not closed yet.

    Config: `max_rounds` (default 50).
-#}
{% materialization fixed_point, default %}
    {%- set target_relation = this.incorporate(type="table") -%}
    {%- set edges = fixed_point_relation(target_relation, "edges") -%}
    {%- set current = fixed_point_relation(target_relation, "labels_a") -%}
    {%- set next = fixed_point_relation(target_relation, "labels_b") -%}
    {%- set max_rounds = config.get("max_rounds", 50) -%}

    {{ run_hooks(pre_hooks, inside_transaction=False) }}
    {{ run_hooks(pre_hooks, inside_transaction=True) }}

    {#- What a run that broke off has left. -#}
    {%- do drop_fixed_point_tables([edges, current, next]) -%}
    {%- do run_query(fixed_point_edges(edges, sql)) -%}
    {%- do run_query(fixed_point_first_labels(current, edges)) -%}

    {%- set state = namespace(current=current, next=next, changed=1, rounds=0) -%}
    {%- for _ in range(max_rounds) if state.changed > 0 -%}
        {%- do run_query(fixed_point_next_labels(state.next, state.current, edges)) -%}
        {%- set state.changed = (
            run_query(
                fixed_point_changes(state.next, state.current)
            ).columns[0][0]
            | int
        ) -%}
        {%- set state.rounds = state.rounds + 1 -%}
        {%- set previous = state.current -%}
        {%- set state.current = state.next -%}
        {%- set state.next = previous -%}
    {%- endfor -%}
    {%- if state.changed > 0 -%}
        {%- do drop_fixed_point_tables([edges, current, next]) -%}
        {%- do exceptions.raise_compiler_error(
            this.identifier
            ~ " has not reached a fixed point after "
            ~ max_rounds
            ~ " rounds: raise its config max_rounds."
        ) -%}
    {%- endif -%}
    {%- do log(this.identifier ~ ": closed after " ~ state.rounds ~ " rounds") -%}

    {%- set existing_relation = load_cached_relation(this) -%}
    {%- if existing_relation is not none and not existing_relation.is_table -%}
        {%- do adapter.drop_relation(existing_relation) -%}
    {%- endif -%}
    {% call statement("main") -%}
        {{
            replace_table(
                target_relation, "select node, component from " ~ state.current
            )
        }}
    {%- endcall %}
    {%- do drop_fixed_point_tables([edges, current, next]) -%}

    {%- do apply_grants(target_relation, config.get("grants"), should_revoke=True) -%}
    {%- do persist_docs(target_relation, model) -%}
    {{ run_hooks(post_hooks, inside_transaction=True) }}
    {%- do commit_transaction() -%}
    {{ run_hooks(post_hooks, inside_transaction=False) }}

    {{ return({"relations": [target_relation]}) }}
{% endmaterialization %}


{#- A working table beside the target. -#}
{% macro fixed_point_relation(target_relation, suffix) -%}
    {{
        return(
            target_relation.incorporate(
                path={"identifier": target_relation.identifier ~ "__" ~ suffix}
            )
        )
    }}
{%- endmacro %}


{#- The working tables are no result: nobody should find one. -#}
{% macro drop_fixed_point_tables(relations) -%}
    {%- for relation in relations -%}
        {%- do adapter.drop_relation(relation) -%}
    {%- endfor -%}
{%- endmacro %}


{#- Every edge in both directions, once. -#}
{% macro fixed_point_edges(relation, edges_sql) -%}
    create or replace table {{ relation }} as
    with stated_edges as (
    {{ edges_sql }}
    )
    select source_node, target_node from stated_edges
    union
    select target_node as source_node, source_node as target_node from stated_edges
{%- endmacro %}


{#- The label of a node is at first the smallest of itself and its neighbours. -#}
{% macro fixed_point_first_labels(relation, edges) -%}
    create or replace table {{ relation }} as
    select source_node as node, least(source_node, min(target_node)) as component
    from {{ edges }}
    group by source_node
{%- endmacro %}


{#- One round: spread, hand on, jump. -#}
{% macro fixed_point_next_labels(relation, labels, edges) -%}
    create or replace table {{ relation }} as
    with spread as (
        select
            edges.source_node as node,
            least(
                min(own.component), min(neighbour.component)
            ) as component
        from {{ edges }} as edges
        inner join {{ labels }} as own on edges.source_node = own.node
        inner join {{ labels }} as neighbour on edges.target_node = neighbour.node
        group by edges.source_node
    ),
    handed_on as (
        select labels.component as node, min(spread.component) as component
        from spread
        inner join {{ labels }} as labels on spread.node = labels.node
        group by labels.component
    ),
    hooked as (
        select
            spread.node,
            least(
                spread.component, coalesce(handed_on.component, spread.component)
            ) as component
        from spread
        left join handed_on on spread.node = handed_on.node
    )
    select hooked.node, least(hooked.component, jump.component) as component
    from hooked
    inner join hooked as jump on hooked.component = jump.node
{%- endmacro %}


{#- How many nodes a round gave another label. -#}
{% macro fixed_point_changes(new_labels, old_labels) -%}
    select count(*) as change_count
    from {{ new_labels }} as new_labels
    inner join {{ old_labels }} as old_labels on new_labels.node = old_labels.node
    where new_labels.component <> old_labels.component
{%- endmacro %}
