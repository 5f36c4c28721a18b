{#-
    Consonants of a normalised name, doubled ones once, behind one mark for the vowel that
    it begins with. Transliterations of one Arabic name differ in vowels and doubled
    letters: Mohamed, Muhammad, Mohammed are all mhmd, Omar and Umar both amr.
-#}
{% macro name_skeleton(column_name) -%}
    {%- set single = namespace(sql=column_name, doubled=[]) -%}
    {%- for consonant in "bcdfghjklmnpqrstvwxz" -%}
        {%- set single.doubled = single.doubled + [consonant * 2] -%}
        {%- set single.sql = (
            "replace("
            ~ single.sql
            ~ ", '"
            ~ consonant * 2
            ~ "', '"
            ~ consonant
            ~ "')"
        ) -%}
    {%- endfor -%}
    {%- set once -%}
        case
            when regexp_like({{ column_name }}, '{{ single.doubled | join("|") }}')
            then {{ single.sql }}
            else {{ column_name }}
        end
    {%- endset -%}
    case
        when left({{ column_name }}, 1) in ('a', 'e', 'i', 'o', 'u')
        then 'a'
        else left({{ column_name }}, 1)
    end
    || translate(substring({{ once }}, 2), 'aeiouy ', '')
{%- endmacro %}
