{#-
    A code, such as of a currency or on a card, with its ASCII letters in capitals. Engines
    disagree on other letters: ß becomes SS or a capital of its own.
-#}
{% macro upper_code(column_name) -%}
    translate(
        {{ column_name }}, 'abcdefghijklmnopqrstuvwxyz', 'ABCDEFGHIJKLMNOPQRSTUVWXYZ'
    )
{%- endmacro %}
