{#- Which level a KPI row is of: never add rows of different levels up. -#}
{% macro kpi_level_name(cells) -%}
    case
        when
            {{ cells }}.country_code = 'all' and {{ cells }}.acquisition_channel = 'all'
        then 'total'
        when {{ cells }}.acquisition_channel = 'all'
        then 'country'
        when {{ cells }}.country_code = 'all'
        then 'channel'
        else 'country_and_channel'
    end
{%- endmacro %}
