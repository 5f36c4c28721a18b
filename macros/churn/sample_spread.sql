{#-
    Sample standard deviation of a decimal, from exact sums: null of one row, and never more
    than a rounding error above zero where all rows are alike.
-#}
{% macro sample_spread(column) -%}
    sqrt(
        greatest(
            0,
            cast(sum({{ column }} * {{ column }}) as double)
            - cast(sum({{ column }}) as double)
            * cast(sum({{ column }}) as double)
            / nullif(count({{ column }}), 0)
        )
        / nullif(count({{ column }}) - 1, 0)
    )
{%- endmacro %}
