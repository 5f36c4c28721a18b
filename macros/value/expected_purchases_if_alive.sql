{#-
    Purchases to expect within the horizon from a buyer who has not left:
    C / (a - 1) * (1 - G), and G is (1 - z)^p 2F1(p, q; C; z) with the smaller of r + x and
    a - 1 as p, whose series needs the fewest terms. Where its q is far below zero they
    would cancel, and r + x is p. Terms are counted beforehand, at most 5,000: enough but for
    who bought today by a model that forgets within hours. Where p and a are in the hundreds
    all buyers leave at one rate.
    The formula has a gap at a = 1, over which it is smooth: it is taken beside the gap.
-#}
{% macro expected_purchases_if_alive(purchases, age, horizon, model) -%}
    {%- set s = "(" ~ model ~ ".r + " ~ purchases ~ ")" -%}
    {%- set c = "(" ~ dropout_shape(purchases, model) ~ " + " ~ model ~ ".a)" -%}
    {%- set odds = "(" ~ horizon ~ " / (" ~ model ~ ".alpha_weeks + " ~ age ~ "))" -%}
    {%- set d -%}
        case
            when abs({{ model }}.a - 1) < 1e-6 then 1e-6 else {{ model }}.a - 1
        end
    {%- endset -%}
    {%- set p -%}
        case when {{ s }} <= {{ d }} or {{ c }} - {{ s }} < -5 then {{ s }} else {{ d }} end
    {%- endset -%}
    {%- set count -%}
        10
        + (greatest({{ p }}, 0) + 20) * {{ odds }}
        + 6 * sqrt(greatest({{ p }}, 0) * {{ odds }} * (1 + {{ odds }}))
    {%- endset -%}
    {%- set terms -%}
        case
            when
                {{ p }} * ln(1 + {{ odds }}) <= 600
                and ({{ p }} <= 50 or {{ d }} < 0 or {{ count }} <= 5000)
            then cast(floor(least({{ count }}, 5000)) as int)
        end
    {%- endset -%}
    {%- set values = {
        "s": s,
        "d": d,
        "c": "nullif(" ~ c ~ ", 0)",
        "p": p,
        "q": c ~ " - " ~ s ~ " - " ~ d ~ " + " ~ p,
        "odds": odds,
        "z": odds ~ " / (1 + " ~ odds ~ ")",
        "terms": terms,
    } -%}
    {%- set expected -%}
        k.c
        / k.d
        * (
            1 - case
                when k.terms > 0
                then
                    power(1 + k.odds, - k.p)
                    * {{ hypergeometric_series("k.p", "k.q", "k.c", "k.z", "k.terms") }}
                when k.d > 0
                then power(1 + k.odds * k.d / k.c, - k.s)
            end
        )
    {%- endset -%}
    {{ over_values("k", values, expected) }}
{%- endmacro %}
