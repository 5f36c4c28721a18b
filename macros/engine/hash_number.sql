{#- A number of 64 bits for some texts: their hash, another one on each engine. -#}
{% macro hash_number(columns) -%}
    {{ adapter.dispatch("hash_number", "cdp")(columns) }}
{%- endmacro %}


{% macro default__hash_number(columns) -%}
    xxhash64({{ columns | join(", ") }})
{%- endmacro %}


{% macro duckdb__hash_number(columns) -%}
    hash({{ columns | join(", ") }})
{%- endmacro %}
