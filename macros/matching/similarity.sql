{#-
    Share of the longer text's letters that need no edit to become the other text, 0 to 1
    (normalised Levenshtein similarity).
-#}
{% macro similarity(left_text, right_text) -%}
    (
        1
        - levenshtein({{ left_text }}, {{ right_text }})
        / cast(greatest(length({{ left_text }}), length({{ right_text }})) as double)
    )
{%- endmacro %}
