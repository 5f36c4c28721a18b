{#-
    A text in lower case. Engines disagree on two letters, which are replaced first: the
    dotted capital I becomes one letter or two, and the Greek capital sigma at the end of a
    word its own small letter or the common one.
-#}
{% macro lower_text(column_name) -%}
    lower(translate({{ column_name }}, 'İΣ', 'Iσ'))
{%- endmacro %}
