{#-
    The rate of the other direction; null where it does not fit decimal(19, 12). A double
    has fifteen digits, and engines make up different ones beyond: a rate that needs four
    of them or more before the point gets no more than eight after it.
-#}
{% macro inverse_rate(rate) -%}
    {%- set inverse = "1 / nullif(cast(" ~ rate ~ " as double), 0)" -%}
    case
        when {{ rate }} < 0.001
        then cast(try_cast({{ inverse }} as decimal(15, 8)) as decimal(19, 12))
        else try_cast({{ inverse }} as decimal(19, 12))
    end
{%- endmacro %}
