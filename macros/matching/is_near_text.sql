{#-
    Whether two short texts are one typing slip apart: a letter wrong, left out or added,
    or two exchanged. One slip leaves three letters at the beginning or at the end as they
    were, which is seen at less cost than the edits are counted; texts of fewer than seven
    letters can lose both.
-#}
{% macro is_near_text(left_text, right_text) -%}
    case
        when abs(length({{ left_text }}) - length({{ right_text }})) > 1
        then false
        when
            length({{ left_text }}) > 7
            and left({{ left_text }}, 3) <> left({{ right_text }}, 3)
            and right({{ left_text }}, 3) <> right({{ right_text }}, 3)
        then false
        when levenshtein({{ left_text }}, {{ right_text }}) <= 1
        then true
        else
            levenshtein({{ left_text }}, {{ right_text }}) = 2
            and length({{ left_text }}) = length({{ right_text }})
            and array_sort(split({{ left_text }}, ''))
            = array_sort(split({{ right_text }}, ''))
    end
{%- endmacro %}
