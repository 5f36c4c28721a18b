{#- The best tenth is high, the next three medium, all others low; who has none is none. -#}
{% macro value_tier(has_value, rank_share) -%}
    case
        when not {{ has_value }}
        then 'none'
        when {{ rank_share }} <= 0.1
        then 'high'
        when {{ rank_share }} <= 0.4
        then 'medium'
        else 'low'
    end
{%- endmacro %}
