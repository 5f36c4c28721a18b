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
    nullif(
        trim(
            regexp_replace(
                ' ' || {{ fold_letters(western_digits(column_name)) }} || ' ',
                '{{ gap }}(({{ generic }}){{ gap }})*',
                ' '
            )
        ),
        ''
    )
{%- endmacro %}
