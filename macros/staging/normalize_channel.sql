{#-
    Name of a marketing channel as one word: `Paid Search`, `paid-search` and
    `PAID_SEARCH` are one channel. Customers and spend meet on it. A channel that a source
    calls `all` is not the total of all channels, which the KPI marts call so.
-#}
{% macro normalize_channel(column_name) -%}
    {%- set words = lower_text("trim(" ~ column_name ~ ")") -%}
    regexp_replace(
        nullif(regexp_replace({{ words }}, '[ _-]+', '_'), ''), '^all$', 'all_channels'
    )
{%- endmacro %}
