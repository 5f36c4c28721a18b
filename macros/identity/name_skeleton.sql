{#-
    Consonants of a normalised name, doubled ones once. Transliterations of one Arabic
    name differ in vowels and doubled letters: Mohamed, Muhammad, Mohammed are all mhmd.
-#}
{% macro name_skeleton(column_name) -%}
    {%- set skeleton = namespace(
        sql="regexp_replace(" ~ column_name ~ ", '[aeiouy ]', '')"
    ) -%}
    {%- for consonant in "bcdfghjklmnpqrstvwxz" -%}
        {%- set skeleton.sql = (
            "replace("
            ~ skeleton.sql
            ~ ", '"
            ~ consonant
            ~ consonant
            ~ "', '"
            ~ consonant
            ~ "')"
        ) -%}
    {%- endfor -%}
    {{ skeleton.sql }}
{%- endmacro %}
