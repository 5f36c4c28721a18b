{#- Lower-case email address without spaces; null where it is not an address. -#}
{% macro normalize_email(column_name) -%}
    {%- set address = lower_text("trim(" ~ column_name ~ ")") -%}
    case
        when regexp_like({{ address }}, '^[^@ ]+@[^@ .]+([.][^@ .]+)+$')
        then {{ address }}
    end
{%- endmacro %}
