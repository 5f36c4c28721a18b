{#- How long before the cut-off something was, in words; null where it never was. -#}
{% macro days_ago(days) -%}
    case
        {{ days }}
        when 0
        then 'today'
        when 1
        then '1 day ago'
        else cast({{ days }} as string) || ' days ago'
    end
{%- endmacro %}
