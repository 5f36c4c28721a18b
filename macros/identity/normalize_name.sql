{#-
    Letters of a name, Latin ones in lower case without accents and Arabic ones without
    vowel signs and variants of a letter; words are separated by one space. Null where no
    letter is left. Most names are plain letters already, which costs a quarter.
-#}
{% macro normalize_name(column_name) -%}
    {%- set words -%}
        trim(regexp_replace({{ fold_letters(column_name) }}, '[^a-zء-ي]+', ' '))
    {%- endset -%}
    case
        when regexp_like({{ column_name }}, '^[A-Za-z]+( [A-Za-z]+)*$')
        then lower({{ column_name }})
        {# `nullif` computes its argument twice; here it has nothing to do. #}
        when regexp_like({{ column_name }}, '[A-Za-zء-غف-ي]')
        then {{ words }}
        else nullif({{ words }}, '')
    end
{%- endmacro %}
