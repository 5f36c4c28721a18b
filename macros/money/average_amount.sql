{#-
    An amount per something, null where there is nothing to divide by. Counted in whole
    ten-thousandths, halves away from zero: engines write the digits of doubles, and the
    quotients of decimals, differently from the fifteenth on.
-#}
{% macro average_amount(amount, divisor) -%}
    {%- set parts = "cast(nullif(" ~ divisor ~ ", 0) as bigint)" -%}
    {%- set doubled = (
        "(2 * cast(cast(abs("
        ~ amount
        ~ ") as decimal(28, 4)) * 10000 as bigint) + "
        ~ parts
        ~ ")"
    ) -%}
    {%- set quotient = whole_quotient(doubled, "(2 * " ~ parts ~ ")") -%}
    cast(
        case when {{ amount }} < 0 then -1 else 1 end
        * cast({{ quotient }} as decimal(19, 0))
        * cast(0.0001 as decimal(5, 4)) as decimal(18, 4)
    )
{%- endmacro %}
