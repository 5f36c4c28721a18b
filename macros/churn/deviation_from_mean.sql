{#-
    A value in standard deviations from the mean, at most 5. Zero where the value is unknown
    and where all are alike, but for rounding errors.
-#}
{% macro deviation_from_mean(value, mean, spread) -%}
    coalesce(
        case
            when {{ spread }} > 1e-6
            then
                least(
                    5e0,
                    greatest(
                        -5e0, (cast({{ value }} as double) - {{ mean }}) / {{ spread }}
                    )
                )
        end,
        0
    )
{%- endmacro %}
