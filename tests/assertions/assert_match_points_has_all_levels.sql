-- Fails when `match_points` lacks a level that pairs are compared by, or has points for one
-- that no comparison comes to: it would change nothing, and nobody would see it.
with

compared_levels as (

    {% for attribute, levels in match_levels().items() %}
        {%- set outer_loop = loop %}
        {% for level in levels %}
            select
                '{{ attribute }}' as attribute,
                '{{ level }}' as level
            {%- if not (loop.last and outer_loop.last) %}
                union all
            {%- endif %}
        {% endfor %}
    {% endfor %}

),

match_points as (

    select
        attribute,
        level
    from {{ ref('match_points') }}

)

select
    coalesce(compared_levels.attribute, match_points.attribute) as attribute,
    coalesce(compared_levels.level, match_points.level) as level
from compared_levels
full outer join match_points
    on
        compared_levels.attribute = match_points.attribute
        and compared_levels.level = match_points.level
where compared_levels.level is null or match_points.level is null
