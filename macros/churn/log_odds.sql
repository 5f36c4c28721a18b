{#-
    Log odds of a probability, finite also where it is rounded to 0 or 1; `greatest` alone
    would make something of nothing.
-#}
{% macro log_odds(probability) -%}
    case
        when {{ probability }} is not null
        then
            ln(
                greatest({{ probability }}, 1e-12)
                / greatest(1 - {{ probability }}, 1e-12)
            )
    end
{%- endmacro %}
