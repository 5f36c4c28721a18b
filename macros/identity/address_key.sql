{#-
    Words and numbers of an address in lower case, one space between them, without
    punctuation and without the words that say what a number or a name is of: street, road,
    building, flat. People abbreviate these, swap them (Road 9, Street 9) and leave them out.
-#}
{% macro address_key(column_name) -%}
    {%- set generic = (
        "street|str|st|road|rd|avenue|ave|av|boulevard|blvd|lane|ln|drive|dr|square|sq"
        "|building|bldg|bld|block|blk|tower|villa|house|hse|apartment|apt|flat|unit|suite"
        "|floor|flr|fl|number|no|po|p o|box|شارع|ش|طريق|ط|عماره|مبني|بنايه|برج|فيلا|منزل|شقه"
        "|دور|الدور|رقم"
    ) -%}
    {%- set gap = "[^a-z0-9ء-ي]+" -%}
    {#- An ASCII address with a number, as most are, has little to fold and leaves words. #}
    case
        {%- for text, is_plain in (
            ("replace(lower(" ~ column_name ~ "), chr(39), '')", true),
            (fold_letters(western_digits(column_name)), false),
        ) %}
            {%- set words -%}
                trim(
                    regexp_replace(
                        ' ' || {{ text }} || ' ',
                        '{{ gap }}(({{ generic }}){{ gap }})*',
                        ' '
                    )
                )
            {%- endset -%}
            {%- if is_plain %}
                when regexp_like({{ column_name }}, '^[ -_a-~]*[0-9][ -_a-~]*$')
                then {{ words }}
            {%- else %} else nullif({{ words }}, '')
            {%- endif -%}
        {%- endfor %}
    end
{%- endmacro %}
