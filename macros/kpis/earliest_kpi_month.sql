{#-
    The month with which the calendar of the KPIs begins at the earliest. A cell has a row
    for each day: one order misdated to 1970 would give all of them half a century more.
-#}
{% macro earliest_kpi_month(as_of_date) -%}
    add_months(
        {{ month_start(as_of_date) }}, -12 * {{ positive_var("kpi_history_years") }}
    )
{%- endmacro %}
