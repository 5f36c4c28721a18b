{#-
    An amount that a model estimates, as the marts hold amounts; null where it is more than
    they can hold, which follows from a slip only.
-#}
{% macro estimated_amount(expression) -%}
    case
        when abs({{ expression }}) < 9e13
        then cast(round({{ expression }}, 4) as decimal(18, 4))
    end
{%- endmacro %}
