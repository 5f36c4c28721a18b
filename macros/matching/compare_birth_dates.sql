{#-
    How two birth dates compare: `equal`, `near` (a digit slipped, or day and month
    exchanged), `unclear` (two digits apart), `different`; null where either is missing.
-#}
{% macro compare_birth_dates(left_date, right_date) -%}
    {%- set left_text = "cast(" ~ left_date ~ " as string)" -%}
    {%- set right_text = "cast(" ~ right_date ~ " as string)" -%}
    case
        when {{ left_date }} is null or {{ right_date }} is null
        then null
        when {{ left_date }} = {{ right_date }}
        then 'equal'
        when
            {{ is_near_text(left_text, right_text) }}
            or (
                extract(year from {{ left_date }}) = extract(year from {{ right_date }})
                and extract(month from {{ left_date }})
                = extract(day from {{ right_date }})
                and extract(day from {{ left_date }})
                = extract(month from {{ right_date }})
            )
        then 'near'
        when levenshtein({{ left_text }}, {{ right_text }}) <= 2
        then 'unclear'
        else 'different'
    end
{%- endmacro %}
