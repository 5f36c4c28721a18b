{#-
    Zero where the left join found nothing. `coalesce` would also turn an amount that is
    unknown for want of a rate into zero.
-#}
{% macro amount_or_zero(amount, joined_key) -%}
    case
        when {{ joined_key }} is null then cast(0 as decimal(18, 4)) else {{ amount }}
    end
{%- endmacro %}
