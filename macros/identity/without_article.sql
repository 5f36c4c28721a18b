{#-
    A word of a name without the article written in front of it: elsayed and السيد are
    sayed and سيد. Names that only look as if they had one (Elias, Alejandro) are rows of
    `name_variants`: look the whole word up first. Short words keep their letters (Ali).
-#}
{% macro without_article(column_name) -%}
    case
        when
            length({{ column_name }}) >= 6
            and left({{ column_name }}, 2) in ('al', 'el')
            and substring({{ column_name }}, 3, 1) <> 'l'
        then substring({{ column_name }}, 3)
        when length({{ column_name }}) >= 5 and left({{ column_name }}, 2) = 'ال'
        then substring({{ column_name }}, 3)
        else {{ column_name }}
    end
{%- endmacro %}
