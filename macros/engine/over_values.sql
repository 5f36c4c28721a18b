{#-
    An expression over values that are computed once, however often it names them.
    `values` has the expression of each by its name; the expression reads `<name>.<value>`.
-#}
{% macro over_values(name, values, expression) -%}
    {{ adapter.dispatch("over_values", "cdp")(name, values, expression) }}
{%- endmacro %}


{% macro default__over_values(name, values, expression) -%}
    {%- set named = [] -%}
    {%- for value, computed in values.items() -%}
        {%- do named.append("'" ~ value ~ "', " ~ computed) -%}
    {%- endfor -%}
    {%- set list = "array(named_struct(" ~ named | join(", ") ~ "))" -%}
    {{ transform_list(list, name, expression) }} [0]
{%- endmacro %}


{% macro duckdb__over_values(name, values, expression) -%}
    {%- set named = [] -%}
    {%- for value, computed in values.items() -%}
        {%- do named.append(value ~ " := " ~ computed) -%}
    {%- endfor -%}
    {%- set list = "[struct_pack(" ~ named | join(", ") ~ ")]" -%}
    {{ transform_list(list, name, expression) }} [1]
{%- endmacro %}
