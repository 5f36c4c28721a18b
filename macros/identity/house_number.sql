{#- The first number of an address, without zeros in front; null where it has none. -#}
{% macro house_number(column_name) -%}
    nullif(
        trim(
            leading '0'
            from regexp_extract({{ western_digits(column_name) }}, '([0-9]+)', 1)
        ),
        ''
    )
{%- endmacro %}
