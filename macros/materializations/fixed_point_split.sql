{#-
    Splits the components in `groups`, whose nodes start as groups of their own, as the
    header of the materialization defines it, many links at a time.

    A link that is the best offer of both its groups comes first for both of them, whatever
    happens elsewhere. The best offers of all groups make trees with such a link at the
    root, along which offers get worse: taken in their order, they make one group grow
    from the root. It grows until it meets an offer that must be refused, or a better one
    that leads out of its tree. Refused offers stay refused, since groups only grow.
-#}
{% macro fixed_point_split(work) -%}
    {%- do fixed_point_create(work, "offers", fixed_point_first_offers(work)) -%}
    {%- set state = namespace(count=1, rounds=0) -%}
    {%- for _ in range(fixed_point_setting("max_rounds", 50)) if state.count > 0 -%}
        {%- do fixed_point_renew(work, "offers", fixed_point_offers(work)) -%}
        {%- set state.count = fixed_point_count(work.tables.offers) -%}
        {%- if state.count > 0 -%}
            {%- do fixed_point_create(
                work, "best_offers", fixed_point_best_offers(work)
            ) -%}
            {%- do fixed_point_create(work, "trees", fixed_point_trees(work)) -%}
            {%- do fixed_point_renew(work, "groups", fixed_point_groups(work)) -%}
            {%- set state.rounds = state.rounds + 1 -%}
        {%- endif -%}
    {%- endfor -%}
    {%- if state.count > 0 -%} {%- do fixed_point_fail(work) -%} {%- endif -%}
    {%- do log(this.identifier ~ ": split after " ~ state.rounds ~ " rounds") -%}
{%- endmacro %}


{#- Query for the nodes of linked components that must not stay whole, each for itself. -#}
{% macro fixed_point_violators(work) -%}
    with
        violating as (
            {%- if fixed_point_setting("max_component_size") is not none %}
                select component_id
                from {{ work.tables.labels }}
                group by component_id
                having count(*) > {{ fixed_point_setting("max_component_size") }}
                union
            {%- endif %}
            select source_labels.component_id
            from {{ work.tables.links }} as links
            inner join
                {{ work.tables.labels }} as source_labels
                on links.source_id = source_labels.id
            inner join
                {{ work.tables.labels }} as target_labels
                on links.target_id = target_labels.id
                and source_labels.component_id = target_labels.component_id
            where links.is_apart
        )
    select labels.id, labels.id as group_id
    from {{ work.tables.labels }} as labels
    where labels.component_id in (select component_id from violating)
{%- endmacro %}


{#- Query for the links of the components to split, with their order in each. -#}
{% macro fixed_point_first_offers(work) -%}
    with
        pairs as (
            select
                least(links.source_id, links.target_id) as one_id,
                greatest(links.source_id, links.target_id) as other_id,
                max(links.strength) as strength
            from {{ work.tables.links }} as links
            inner join {{ work.tables.groups }} as split on links.source_id = split.id
            where not links.is_apart
            group by
                least(links.source_id, links.target_id),
                greatest(links.source_id, links.target_id)
        ),
        named as (
            select
                pairs.one_id,
                pairs.other_id,
                pairs.strength,
                false as is_apart,
                least(one.node, other.node) as first_node,
                greatest(one.node, other.node) as second_node
            from pairs
            inner join {{ work.tables.members }} as one on pairs.one_id = one.id
            inner join {{ work.tables.members }} as other on pairs.other_id = other.id
        ),
        hashed as (
            select named.*, {{ fixed_point_hash(fixed_point_statement()) }} as edge_hash
            from named
        )
    select
        hashed.one_id,
        hashed.other_id,
        row_number() over (
            partition by labels.component_id
            order by
                hashed.strength desc,
                hashed.edge_hash,
                hashed.first_node,
                hashed.second_node
        ) as offer_rank
    from hashed
    inner join {{ work.tables.labels }} as labels on hashed.one_id = labels.id
{%- endmacro %}


{#- Query for the best offer between two groups each, without those to refuse. -#}
{% macro fixed_point_offers(work) -%}
    with
        {{ fixed_point_group_sizes(work) }},
        {{ fixed_point_apart_groups(work) }},
        offers as (
            select
                least(one.group_id, other.group_id) as one_id,
                greatest(one.group_id, other.group_id) as other_id,
                min(offers.offer_rank) as offer_rank
            from {{ work.tables.offers }} as offers
            inner join {{ work.tables.groups }} as one on offers.one_id = one.id
            inner join {{ work.tables.groups }} as other on offers.other_id = other.id
            where one.group_id <> other.group_id
            group by
                least(one.group_id, other.group_id),
                greatest(one.group_id, other.group_id)
        )
    select offers.one_id, offers.other_id, offers.offer_rank
    from offers
    inner join group_sizes as one on offers.one_id = one.group_id
    inner join group_sizes as other on offers.other_id = other.group_id
    left join
        apart_groups
        on offers.one_id = apart_groups.one_id
        and offers.other_id = apart_groups.other_id
    where
        apart_groups.one_id is null
        {%- if fixed_point_setting("max_component_size") is not none %}
            and one.node_count + other.node_count
            <= {{ fixed_point_setting("max_component_size") }}
        {%- endif %}
{%- endmacro %}


{% macro fixed_point_group_sizes(work) -%}
    group_sizes as (
        select group_id, count(*) as node_count
        from {{ work.tables.groups }}
        group by group_id
    )
{%- endmacro %}


{#- Common table expression of the groups that hold nodes apart between them. -#}
{% macro fixed_point_apart_groups(work) -%}
    apart_groups as (
        select distinct
            least(one.group_id, other.group_id) as one_id,
            greatest(one.group_id, other.group_id) as other_id
        from {{ work.tables.links }} as links
        inner join {{ work.tables.groups }} as one on links.source_id = one.id
        inner join {{ work.tables.groups }} as other on links.target_id = other.id
        where links.is_apart
    )
{%- endmacro %}


{#- Query for the best offer of each group, and the group that it leads to. -#}
{% macro fixed_point_best_offers(work) -%}
    with
        offered as (
            select one_id as id, other_id, offer_rank
            from {{ work.tables.offers }}
            union all
            select other_id as id, one_id as other_id, offer_rank
            from {{ work.tables.offers }}
        )
    select id, min_by(other_id, offer_rank) as parent_id, min(offer_rank) as offer_rank
    from offered
    group by id
{%- endmacro %}


{#-
    Query for the tree of each group, named after its root. A group that is more than four
    steps away from the root waits for a later round, as if it were in no tree.
-#}
{% macro fixed_point_trees(work) -%}
    with
        pointers as (
            select
                best.id,
                best.offer_rank,
                case
                    when back.parent_id = best.id and best.id < best.parent_id
                    then best.id
                    else best.parent_id
                end as parent_id
            from {{ work.tables.best_offers }} as best
            inner join {{ work.tables.best_offers }} as back on best.parent_id = back.id
        ),
        grandparents as (
            select near.id, near.offer_rank, far.parent_id
            from pointers as near
            inner join pointers as far on near.parent_id = far.id
        ),
        ancestors as (
            select near.id, near.offer_rank, far.parent_id
            from grandparents as near
            inner join grandparents as far on near.parent_id = far.id
        )
    select ancestors.id, ancestors.offer_rank, roots.id as tree_id
    from ancestors
    left join
        pointers as roots
        on ancestors.parent_id = roots.id
        and roots.id = roots.parent_id
{%- endmacro %}


{#- Query for the groups after a round: each tree's group has grown as far as it may. -#}
{% macro fixed_point_groups(work) -%}
    with
        {{ fixed_point_group_sizes(work) }},
        {{ fixed_point_apart_groups(work) }},
        growth as (
            select
                trees.id,
                trees.tree_id,
                trees.offer_rank,
                sum(group_sizes.node_count) over (
                    partition by trees.tree_id
                    order by trees.offer_rank, trees.id
                    rows between unbounded preceding and current row
                ) as node_count
            from {{ work.tables.trees }} as trees
            inner join group_sizes on trees.id = group_sizes.group_id
            where trees.tree_id is not null
        ),
        obstacles as ({{ fixed_point_obstacles(work) }}),
        stops as (
            select tree_id, min(offer_rank) as offer_rank
            from obstacles
            group by tree_id
        ),
        grown as (
            select growth.id, growth.tree_id
            from growth
            left join stops on growth.tree_id = stops.tree_id
            where stops.tree_id is null or growth.offer_rank < stops.offer_rank
        )
    select split.id, coalesce(grown.tree_id, split.group_id) as group_id
    from {{ work.tables.groups }} as split
    left join grown on split.group_id = grown.id
{%- endmacro %}


{#- Query for the offers at which trees stop to grow. -#}
{% macro fixed_point_obstacles(work) -%}
    {#- They lead elsewhere. #}
    select one.tree_id, offers.offer_rank
    from {{ work.tables.offers }} as offers
    inner join growth as one on offers.one_id = one.id
    inner join {{ work.tables.trees }} as other on offers.other_id = other.id
    where one.tree_id is distinct from other.tree_id
    union all
    select other.tree_id, offers.offer_rank
    from {{ work.tables.offers }} as offers
    inner join growth as other on offers.other_id = other.id
    inner join {{ work.tables.trees }} as one on offers.one_id = one.id
    where one.tree_id is distinct from other.tree_id
    union all
    {#- They would join nodes that are kept apart. #}
    select one.tree_id, greatest(one.offer_rank, other.offer_rank) as offer_rank
    from apart_groups
    inner join growth as one on apart_groups.one_id = one.id
    inner join
        growth as other
        on apart_groups.other_id = other.id
        and one.tree_id = other.tree_id
    {%- if fixed_point_setting("max_component_size") is not none %}
        union all
        {#- They would make the group too large. #}
        select tree_id, offer_rank
        from growth
        where node_count > {{ fixed_point_setting("max_component_size") }}
    {%- endif %}
{%- endmacro %}
