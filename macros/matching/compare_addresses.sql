{#-
    How two address keys compare: `equal`, `close` (a slip), `unclear` (partly alike),
    `different`; null where either is missing. Houses of two numbers in one street are
    two addresses.
-#}
{% macro compare_addresses(left_alias, right_alias) -%}
    {%- set left_address = left_alias ~ ".address" -%}
    {%- set right_address = right_alias ~ ".address" -%}
    {%- set left_house = left_alias ~ ".house_number" -%}
    {%- set right_house = right_alias ~ ".house_number" -%}
    case
        when {{ left_address }} is null or {{ right_address }} is null
        then null
        when {{ left_address }} = {{ right_address }}
        then 'equal'
        when
            {{ left_house }} <> {{ right_house }}
            and not {{ is_near_text(left_house, right_house) }}
        then 'different'
        when {{ similarity(left_address, right_address) }} >= 0.75
        then 'close'
        when {{ similarity(left_address, right_address) }} >= 0.6
        then 'unclear'
        else 'different'
    end
{%- endmacro %}
