{#-
    Numbers that countries give out to subscribers: dialling code, length of a number
    without it, the numbers, and whether the code is known without a plus sign in records
    of other countries, as those of neighbours are. From the national numbering plans;
    numbers of services (800, 9200) are nobody's. The commonest come first.
-#}
{% macro phone_plans() -%}
    {%- set egyptian_areas = "2[2-9][0-9]|(1[35]|4[05678]|5[057]|6[245689]|8[2468]|9[235678])[2-9]" -%}
    {{
        return(
            [
                ("20", 10, "1[0125][0-9]{8}", true),
                ("966", 9, "(5[013-9]|1[1-7])[0-9]{7}", true),
                ("971", 9, "5[024568][0-9]{7}", true),
                ("20", 9, "(" ~ egyptian_areas ~ ")[0-9]{6}", true),
                ("20", 8, "3[2-9][0-9]{6}", true),
                ("971", 8, "[234679][2-8][0-9]{6}", true),
                ("965", 8, "[24569][0-9]{7}", true),
                ("968", 8, "[279][0-9]{7}", true),
                ("973", 8, "[1367][0-9]{7}", true),
                ("974", 8, "[34567][0-9]{7}", true),
                ("1", 10, "[2-9][0-9]{2}[2-9][0-9]{6}", false),
                ("7", 10, "[3-9][0-9]{9}", false),
            ]
        )
    }}
{%- endmacro %}
