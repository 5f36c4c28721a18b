{#- Columns with the points of an attribute's levels, and whether rarity is added. -#}
{% macro pivoted_level_points(attribute, levels) -%}
    {%- for level in levels %}
        {%- set is_level = "attribute = '%s' and level = '%s'" % (attribute, level) %}
        max(case when {{ is_level }} then points end) as {{ attribute }}_{{ level }},
        coalesce(
            bool_or({{ is_level }} and adds_rarity), false
        ) as {{ attribute }}_{{ level }}_adds_rarity
        {%- if not loop.last %},{% endif %}
    {%- endfor %}
{%- endmacro %}
