{#- A whole number of 56 bits out of the md5 of a text. -#}
{% macro fixed_point_hash(text) -%}
    {{ adapter.dispatch("fixed_point_hash", "cdp")(text) }}
{%- endmacro %}


{% macro default__fixed_point_hash(text) -%}
    cast(conv(substr(md5({{ text }}), 1, 14), 16, 10) as bigint)
{%- endmacro %}


{% macro duckdb__fixed_point_hash(text) -%}
    cast('0x' || substr(md5({{ text }}), 1, 14) as bigint)
{%- endmacro %}


{#-
    Numbers the rows of a query, in no order and perhaps with gaps: joins on numbers take
    a fraction of the time of joins on texts.
-#}
{% macro fixed_point_number() -%}
    {{ adapter.dispatch("fixed_point_number", "cdp")() }}
{%- endmacro %}


{#- A window over all rows would bring them to one task. -#}
{% macro default__fixed_point_number() -%} monotonically_increasing_id() {%- endmacro %}


{% macro duckdb__fixed_point_number() -%} row_number() over () {%- endmacro %}


{#- A setting of the model: dbt keeps keys that it does not know under `meta`. -#}
{% macro fixed_point_setting(name, default_value=none) -%}
    {{ return((config.get("meta") or {}).get(name, default_value)) }}
{%- endmacro %}
