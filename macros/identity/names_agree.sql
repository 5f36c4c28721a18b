{#-
    Whether two normalised given names can be one: equal, spellings of one Arabic name,
    or a typing slip apart. Short names are held to equality, since Mona and Mina are a
    letter apart and two people. An initial agrees with nothing here: see the guard.
-#}
{% macro names_agree(left_name, right_name) -%}
    {%- set shortest = (
        "least(length(" ~ left_name ~ "), length(" ~ right_name ~ "))"
    ) -%}
    (
        {{ left_name }} = {{ right_name }}
        or (
            {{ shortest }} >= 5
            and levenshtein({{ left_name }}, {{ right_name }})
            <= case when {{ shortest }} >= 8 then 2 else 1 end
        )
        or (
            {{ shortest }} >= 5
            and {{ name_skeleton(left_name) }} = {{ name_skeleton(right_name) }}
        )
    )
{%- endmacro %}
