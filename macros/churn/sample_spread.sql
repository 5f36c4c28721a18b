{#-
    Sample standard deviation of a decimal(18, 8), from exact sums: null of one row, and never
    more than a rounding error above zero where all rows are alike. DuckDB keeps products of
    two such decimals within 18 digits, unless one of them is wider.
-#}
{% macro sample_spread(column) -%}
    sqrt(
        greatest(
            0,
            cast(sum(cast({{ column }} as decimal(19, 8)) * {{ column }}) as double)
            - cast(sum({{ column }}) as double)
            * cast(sum({{ column }}) as double)
            / nullif(count({{ column }}), 0)
        )
        / nullif(count({{ column }}) - 1, 0)
    )
{%- endmacro %}
