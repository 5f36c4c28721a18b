{#- Lower-case email address without spaces; null where it is not an address. -#}
{% macro normalize_email(column_name) -%}
    case
        when
            regexp_like(lower(trim({{ column_name }})), '^[^@ ]+@[^@ .]+([.][^@ .]+)+$')
        then lower(trim({{ column_name }}))
    end
{%- endmacro %}
