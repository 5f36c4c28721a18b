{#-
    A normalised name in which every word is a whole name: particles are joined to what
    they belong to (abd el rahman, abdul rahman: abdelrahman; nour al din: noureldin; abou
    bakr: abubakr; de la cruz: delacruz), articles, "son of" and titles dropped, unless
    nothing else is left.
-#}
{% macro joined_name(column_name) -%}
    {%- set padded = "' ' || " ~ column_name ~ " || ' '" -%}
    {%- set dropped = "el|al|ul|ur|us|bin|ibn|bint|mr|mrs|dr|eng|jr" -%}
    {%- set latin = {
        " ((" ~ dropped ~ ") )+": " ",
        " abd([aeiou](l ?|[rsn]h? )| )": " abdel",
        " (abu|abou|abo) ": " abu",
        " (om|omm|um|umm|oum) ": " om",
        " ([eau]l|[eu]d)?d(in|een|ine) ": "eldin ",
        " (allah|alla|ullah|ulla|ollah) ": "allah ",
    } -%}
    {%- set arabic = {
        " ((ال|بن|ابن|بنت) )+": " ",
        " عبد ": " عبد",
        " ابو ": " ابو",
        " ام ": " ام",
        " الدين ": "الدين ",
        " الله ": "الله ",
    } -%}
    {%- set european = {} -%}
    {%- set particles = "de la|de los|van der|dela|delos|del|de|santa|san|van|mc" -%}
    {%- for particle in particles.split("|") -%}
        {%- do european.update(
            {" " ~ particle ~ " ": " " ~ particle | replace(" ", "")}
        ) -%}
    {%- endfor -%}
    case
        when instr({{ column_name }}, ' ') = 0 and left({{ column_name }}, 3) <> 'abd'
        then {{ column_name }}
        when regexp_like({{ padded }}, '^( ({{ dropped }}|ال|بن|ابن|بنت))+ $')
        then {{ column_name }}
        {%- for rules in (latin, arabic, european) %}
                {%- set joined = namespace(sql=padded) -%}
                {%- for pattern, replacement in rules.items() -%}
                    {%- set joined.sql = (
                        (
                            "regexp_replace("
                            if "(" in pattern
                            else "replace("
                        )
                        ~ joined.sql
                        ~ ", '"
                        ~ pattern
                        ~ "', '"
                        ~ replacement
                        ~ "')"
                    ) -%}
                {%- endfor %}
            when regexp_like({{ padded }}, '{{ rules | join("|") }}')
            then trim({{ joined.sql }})
        {%- endfor %}
        else {{ column_name }}
    end
{%- endmacro %}
