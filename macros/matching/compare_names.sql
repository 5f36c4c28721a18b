{#-
    How one name of two records compares: `equal` (spellings of one name are), `initial`
    (one is only the letter that the other begins with), `close` (a typing slip, or one
    cut short), `unclear`, `different`; null where either is missing.

    Two names that are both known are the same or different, however close their letters
    are: Mona and Mina are two people. Names in two scripts cannot be compared by letters.

    Each side is named by its prefix: `<prefix>` is the name's canonical spelling,
    `<prefix>_key` what was written, `is_<prefix>_known` whether the list of names has it.
-#}
{% macro compare_names(left_alias, left_name, right_alias, right_name) -%}
    {%- set left_key = left_alias ~ "." ~ left_name ~ "_key" -%}
    {%- set right_key = right_alias ~ "." ~ right_name ~ "_key" -%}
    {%- set shortest = "least(length(" ~ left_key ~ "), length(" ~ right_key ~ "))" -%}
    case
        when {{ left_key }} is null or {{ right_key }} is null
        then null
        when {{ left_alias }}.{{ left_name }} = {{ right_alias }}.{{ right_name }}
        then 'equal'
        when
            {{ left_alias }}.is_{{ left_name }}_known
            and {{ right_alias }}.is_{{ right_name }}_known
        then 'different'
        when ({{ left_key }} >= 'ء') <> ({{ right_key }} >= 'ء')
        then 'unclear'
        when {{ shortest }} = 1
        then
            case
                when left({{ left_key }}, 1) = left({{ right_key }}, 1)
                then 'initial'
                else 'different'
            end
        when {{ similarity(left_key, right_key) }} >= 0.7
        then 'close'
        when {{ is_near_text(left_key, right_key) }}
        then 'close'
        when
            {{ shortest }} >= 3
            and left({{ left_key }}, {{ shortest }})
            = left({{ right_key }}, {{ shortest }})
        then 'close'
        when {{ similarity(left_key, right_key) }} >= 0.5
        then 'unclear'
        else 'different'
    end
{%- endmacro %}
