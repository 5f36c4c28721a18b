{#- A text with its Arabic, Persian and full-width digits as Western ones. -#}
{% macro western_digits(column_name) -%}
    case
        when regexp_like({{ column_name }}, '[٠-٩۰-۹０-９＋]')
        then
            translate(
                {{ column_name }},
                '٠١٢٣٤٥٦٧٨٩۰۱۲۳۴۵۶۷۸۹０１２３４５６７８９＋',
                '012345678901234567890123456789+'
            )
        else {{ column_name }}
    end
{%- endmacro %}
