{#-
    An amount that a model estimates, as the marts hold amounts: beyond a hundred million to
    the thousand, as no engine gives more digits of an estimate than another; null where it
    is more than amounts can be. Either follows from a slip only.
-#}
{% macro estimated_amount(expression) -%}
    case
        when abs({{ expression }}) < 1e8
        then cast(round({{ expression }}, 4) as decimal(18, 4))
        when abs({{ expression }}) < 9e13
        then cast(round({{ expression }}, -3) as decimal(18, 4))
    end
{%- endmacro %}
