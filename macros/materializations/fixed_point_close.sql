{#- Query for the rows between members, by the numbers of their nodes. -#}
{% macro fixed_point_links(work) -%}
    with stated as ({{ work.sql }})
    select
        source_members.id as source_id,
        target_members.id as target_id,
        coalesce(stated.is_apart, false) as is_apart,
        coalesce(cast(stated.strength as bigint), 0) as strength
    from stated
    inner join
        {{ work.tables.members }} as source_members
        on stated.source_node = source_members.node
    inner join
        {{ work.tables.members }} as target_members
        on stated.target_node = target_members.node
    where source_members.id <> target_members.id
{%- endmacro %}


{#-
    Labels each member with its linked component, in O(log n) rounds. Each round hooks
    every label to the smallest one next to it, follows the hooks, and goes on with the
    links that are left between labels: after the first round that is hardly any.
-#}
{% macro fixed_point_close(work) -%}
    {%- do fixed_point_create(
        work,
        "labels",
        "select id, id as component_id from " ~ work.tables.members,
    ) -%}
    {%- set state = namespace(
        links="(select * from "
        ~ work.tables.links
        ~ " where not is_apart)",
        count=1,
        rounds=0,
    ) -%}
    {%- for _ in range(fixed_point_setting("max_rounds", 50)) if state.count > 0 -%}
        {%- do fixed_point_create(
            work, "hooks", fixed_point_hooks(work, state.links)
        ) -%}
        {%- do fixed_point_renew(work, "labels", fixed_point_labels(work)) -%}
        {%- do fixed_point_renew(
            work, "open_links", fixed_point_open_links(work, state.links)
        ) -%}
        {%- set state.links = work.tables.open_links -%}
        {%- set state.count = fixed_point_count(state.links) -%}
        {%- set state.rounds = state.rounds + 1 -%}
    {%- endfor -%}
    {%- if state.count > 0 -%} {%- do fixed_point_fail(work) -%} {%- endif -%}
    {%- do log(this.identifier ~ ": closed after " ~ state.rounds ~ " rounds") -%}
{%- endmacro %}


{#-
    Query for what each label that has a link left is replaced by: the smallest of itself,
    its neighbours and its own node's label, and of what these are replaced by, four steps
    far. The own node's label is a shortcut that an earlier round has found.
-#}
{% macro fixed_point_hooks(work, links) -%}
    with
        neighbours as (
            select source_id as id, target_id as neighbour_id
            from {{ links }} as forward
            union all
            select target_id as id, source_id as neighbour_id
            from {{ links }} as backward
        ),
        lowest as (
            select id, min(neighbour_id) as neighbour_id from neighbours group by id
        ),
        hooked as (
            select
                lowest.id,
                least(lowest.id, lowest.neighbour_id, labels.component_id) as hook_id
            from lowest
            inner join {{ work.tables.labels }} as labels on lowest.id = labels.id
        ),
        hooked_twice as (
            select near.id, far.hook_id
            from hooked as near
            inner join hooked as far on near.hook_id = far.id
        )
    select near.id, far.hook_id
    from hooked_twice as near
    inner join hooked_twice as far on near.hook_id = far.id
{%- endmacro %}


{#- Query for the labels after a round. -#}
{% macro fixed_point_labels(work) -%}
    select labels.id, coalesce(hooks.hook_id, labels.component_id) as component_id
    from {{ work.tables.labels }} as labels
    left join {{ work.tables.hooks }} as hooks on labels.component_id = hooks.id
{%- endmacro %}


{#- Query for the links between the labels after a round. -#}
{% macro fixed_point_open_links(work, links) -%}
    select distinct
        least(source_hooks.hook_id, target_hooks.hook_id) as source_id,
        greatest(source_hooks.hook_id, target_hooks.hook_id) as target_id
    from {{ links }} as links
    inner join
        {{ work.tables.hooks }} as source_hooks on links.source_id = source_hooks.id
    inner join
        {{ work.tables.hooks }} as target_hooks on links.target_id = target_hooks.id
    where source_hooks.hook_id <> target_hooks.hook_id
{%- endmacro %}
