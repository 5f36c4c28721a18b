{#-
    Points of an attribute's level in a pair, with the rarity of its value where the seed
    adds it; null where the attribute was not compared. Reads the columns of
    `pivoted_level_points`.
-#}
{% macro level_points(attribute, levels, has_rarity) -%}
    case
        judged_pairs.{{ attribute }}_level
        {%- for level in levels %}
            {%- set points = "pivoted_points." ~ attribute ~ "_" ~ level %}
            when '{{ level }}'
            then
                {%- if has_rarity %}
                    case
                        when {{ points }}_adds_rarity
                        then
                            greatest(
                                {{ points }} + judged_pairs.{{ attribute }}_rarity, 0
                            )
                        else {{ points }}
                    end
                {%- else %} {{ points }}
                {%- endif %}
        {%- endfor %}
    end
{%- endmacro %}
