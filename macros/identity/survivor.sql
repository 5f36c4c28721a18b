{#-
    The value of an attribute that survives from the records of one customer: the one
    with the highest `survivorship_rank` among those that know it.
-#}
{% macro survivor(column_name) -%}
    max_by({{ column_name }}, survivorship_rank) filter (
        where {{ column_name }} is not null
    )
{%- endmacro %}
