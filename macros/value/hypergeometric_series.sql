{#-
    Gauss' hypergeometric function by its first terms, summed from the last to the first:
    1 + a b / (c 1) z (1 + (a + 1) (b + 1) / ((c + 1) 2) z (1 + ...)).
-#}
{% macro hypergeometric_series(a, b, c, z, terms=120) -%}
    {%- set ratio -%}
        ({{ a }} - step) * ({{ b }} - step) / (({{ c }} - step) * (1 - step)) * {{ z }}
    {%- endset -%}
    {%- set ratios = transform_list("sequence(1 - " ~ terms ~ ", 0)", "step", ratio) -%}
    {{ reduce_list(ratios, "1e0", "total", "ratio", "1 + ratio * total") }}
{%- endmacro %}
