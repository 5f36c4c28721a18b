{#-
    Sum of amounts that is null as soon as one of them is: `sum` alone would skip an
    amount without a rate, and so count it as zero. Null over no rows, too.
-#}
{% macro sum_amount(expression) -%}
    cast(
        case
            when count(*) = count({{ expression }}) then sum({{ expression }})
        end as decimal(18, 4)
    )
{%- endmacro %}
