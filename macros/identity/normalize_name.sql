{#-
    Latin letters of a name in lower case, without accents and apostrophes; words are
    separated by one space. Null where no Latin letter is left, such as in a name in
    Arabic script, which can then neither agree with nor contradict a Latin spelling.
-#}
{% macro normalize_name(column_name) -%}
    nullif(
        trim(
            regexp_replace(
                translate(
                    replace(lower({{ column_name }}), chr(39), ''),
                    'áàâäãåéèêëíìîïóòôöõúùûüçñýÿ',
                    'aaaaaaeeeeiiiiooooouuuucnyy'
                ),
                '[^a-z]+',
                ' '
            )
        ),
        ''
    )
{%- endmacro %}
