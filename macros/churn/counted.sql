{#- A count in words: none or no, 1, more, with its noun in the number that goes with it. -#}
{% macro counted(count, noun=none) -%}
    case
        {{ count }}
        when 0
        then '{{ "no " ~ noun if noun else "none" }}'
        when 1
        then '{{ "1 " ~ noun if noun else "1" }}'
        else cast({{ count }} as string){% if noun %} || ' {{ noun }}s'{% endif %}
    end
{%- endmacro %}
