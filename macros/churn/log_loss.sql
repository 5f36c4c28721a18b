{#- What a forecast costs when the truth is known: minus the log of what it gave to it. -#}
{% macro log_loss(probability, outcome) -%}
    case
        when {{ probability }} is not null
        then
            - ln(
                greatest(
                    case
                        when {{ outcome }}
                        then {{ probability }}
                        else 1 - {{ probability }}
                    end,
                    1e-12
                )
            )
    end
{%- endmacro %}
