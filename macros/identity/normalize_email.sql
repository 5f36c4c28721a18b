{#-
    Lower-case email address without spaces; null where it is not an address. The dotted
    capital I becomes one letter on one engine and two on the other, so it goes first.
-#}
{% macro normalize_email(column_name) -%}
    {%- set address = "lower(trim(replace(" ~ column_name ~ ", 'İ', 'I')))" -%}
    case
        when regexp_like({{ address }}, '^[^@ ]+@[^@ .]+([.][^@ .]+)+$')
        then {{ address }}
    end
{%- endmacro %}
