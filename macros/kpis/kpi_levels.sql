{#-
    The levels of the KPIs: country and acquisition channel, each alone, and the total.
    Distinct customers do not add up, so every level is counted from the customers.
    Select the two columns with `coalesce(..., 'all')`: neither is ever null below.
-#}
{% macro kpi_levels(columns) -%}
    {%- set grain = columns | join(", ") -%} grouping sets (
        ({{ grain }}, country_code, acquisition_channel),
        ({{ grain }}, country_code),
        ({{ grain }}, acquisition_channel),
        ({{ grain }})
    )
{%- endmacro %}
