{#-
    Gauss' hypergeometric function by its first terms, summed from the last to the first:
    1 + a b / (c 1) z (1 + (a + 1) (b + 1) / ((c + 1) 2) z (1 + ...)).
-#}
{% macro hypergeometric_series(a, b, c, z, terms=120) -%}
    {%- set left = "(" ~ terms ~ " - step)" -%}
    {%- set nested -%}
        1e0
        + ({{ a }} + {{ left }})
        * ({{ b }} + {{ left }})
        / (({{ c }} + {{ left }}) * ({{ left }} + 1))
        * {{ z }}
        * total
    {%- endset -%}
    {{ reduce_sequence(1, terms, "1e0", "total", "step", nested) }}
{%- endmacro %}
