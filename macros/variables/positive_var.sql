{#- A project variable that holds a whole number above zero. -#}
{% macro positive_var(name) -%}
    {%- set value = var(name) -%}
    {%- if not modules.re.fullmatch("0*[1-9][0-9]*", value | string) -%}
        {{
            exceptions.raise_compiler_error(
                "Variable '"
                ~ name
                ~ "' is '"
                ~ value
                ~ "': give a whole number above zero."
            )
        }}
    {%- endif -%}
    {{ return(value | int) }}
{%- endmacro %}
