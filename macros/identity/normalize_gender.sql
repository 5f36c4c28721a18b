{#- Female, male or other; null where it was not stated. -#}
{% macro normalize_gender(column_name) -%}
    case
        when lower(left({{ column_name }}, 1)) = 'f'
        then 'female'
        when lower(left({{ column_name }}, 1)) = 'm'
        then 'male'
        when {{ column_name }} is not null
        then 'other'
    end
{%- endmacro %}
