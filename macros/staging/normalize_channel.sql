{#-
    Name of a marketing channel as one word: `Paid Search`, `paid-search` and
    `PAID_SEARCH` are one channel. Customers and spend meet on it.
-#}
{% macro normalize_channel(column_name) -%}
    nullif(
        regexp_replace({{ lower_text("trim(" ~ column_name ~ ")") }}, '[ _-]+', '_'), ''
    )
{%- endmacro %}
