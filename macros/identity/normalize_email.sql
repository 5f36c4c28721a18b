{#-
    Lower-case email address without spaces, tabs and line breaks at its ends; null where it
    is not an address.
-#}
{% macro normalize_email(column_name) -%}
    {%- set blanks = "chr(9) || chr(10) || chr(13)" -%}
    {%- set text = "trim(translate(%s, %s, '   '))" % (column_name, blanks) -%}
    {%- set address = lower_text(text) -%}
    case
        when regexp_like({{ address }}, '^[^@ ]+@[^@ .]+([.][^@ .]+)+$')
        then {{ address }}
    end
{%- endmacro %}
