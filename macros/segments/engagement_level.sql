{#- How engaged a customer is, by the days with activity in the engagement window. -#}
{% macro engagement_level(active_day_count) -%}
    case
        when {{ active_day_count }} >= {{ var("high_engagement_days") }}
        then 'high'
        when {{ active_day_count }} >= {{ var("medium_engagement_days") }}
        then 'medium'
        when {{ active_day_count }} > 0
        then 'low'
        else 'none'
    end
{%- endmacro %}
