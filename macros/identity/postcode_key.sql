{#- Letters and digits of a postcode, letters in capitals; null where there is none. -#}
{% macro postcode_key(column_name) -%}
    case
        when regexp_like({{ column_name }}, '^[A-Z0-9]+$')
        then {{ column_name }}
        else
            nullif(
                regexp_replace(
                    {{ upper_code(western_digits(column_name)) }}, '[^A-Z0-9]', ''
                ),
                ''
            )
    end
{%- endmacro %}
