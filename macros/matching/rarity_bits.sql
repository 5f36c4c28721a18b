{#-
    How many times the records that carry a value can be doubled within the population:
    log2(population / record count), rounded down, in integers that engines agree on.
    Agreement on a value that one in 2^n records carries is worth n bits of evidence
    (the logarithm of one over the chance agreement, after Fellegi and Sunter 1969).
-#}
{% macro rarity_bits(record_count, population_count, most_bits) -%}
    (
        {%- for bit in range(1, most_bits + 1) %}
            case
                when {{ record_count }} * {{ 2**bit }} <= {{ population_count }}
                then 1
                else 0
            end
            {%- if not loop.last %} +{% endif %}
        {%- endfor %}
    )
{%- endmacro %}
