{#- A project variable that holds an ISO date, as a date; null where it is not set. -#}
{% macro date_var(name) -%}
    {%- set value = var(name) -%}
    {%- if value is none or value | string | trim == "" -%} cast(null as date)
    {%- elif modules.re.fullmatch("[0-9]{4}-[0-9]{2}-[0-9]{2}", value | string) -%}
        cast('{{ value }}' as date)
    {%- else -%}
        {{
            exceptions.raise_compiler_error(
                "Variable '"
                ~ name
                ~ "' is '"
                ~ value
                ~ "': give a date as YYYY-MM-DD, or leave it out."
            )
        }}
    {%- endif -%}
{%- endmacro %}
