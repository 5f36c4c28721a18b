{#-
    Letters of a name, Latin ones in lower case without accents and Arabic ones without
    vowel signs and variants of a letter; words are separated by one space. Null where no
    letter is left.
-#}
{% macro normalize_name(column_name) -%}
    nullif(
        trim(
            regexp_replace(
                translate(
                    replace(lower(replace({{ column_name }}, 'İ', 'I')), chr(39), ''),
                    'áàâäãåéèêëíìîïóòôöõúùûüçñýÿışğأإآٱىةؤئًٌٍَُِّْـ',
                    'aaaaaaeeeeiiiiooooouuuucnyyisgاااايهوي'
                ),
                '[^a-zء-ي]+',
                ' '
            )
        ),
        ''
    )
{%- endmacro %}
