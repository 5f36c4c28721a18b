-- Fails when `match_points` lacks a level that `match_levels` lists, or has points for
-- one that it does not: they would change nothing, and nobody would see it.
with

compared_levels as (

    {% for attribute, levels in match_levels().items() %}
        {%- set outer_loop = loop %}
        {% for level in levels %}
            select '{{ attribute }}: {{ level }}' as attribute_level
            {%- if not (loop.last and outer_loop.last) %}
                union all
            {%- endif %}
        {% endfor %}
    {% endfor %}

),

match_points as (

    select attribute || ': ' || level as attribute_level
    from {{ ref('match_points') }}

)

select
    compared_levels.attribute_level as compared_level,
    match_points.attribute_level as level_with_points
from compared_levels
full outer join match_points
    on compared_levels.attribute_level = match_points.attribute_level
where
    compared_levels.attribute_level is null
    or match_points.attribute_level is null
