{#-
    Digits of a phone number as typed, behind a plus sign where it has one. What follows
    an extension's mark, or the mark between two numbers, is cut off; the zero of
    "+20 (0)100 123 4567" is dialled only inside the country.
-#}
{% macro phone_digits(column_name) -%}
    regexp_replace(
        {{ western_digits(column_name) }},
        '(?s)[(]0+[)]|([xX#;,/]|تحو|داخل).*|[^0-9+]',
        ''
    )
{%- endmacro %}
