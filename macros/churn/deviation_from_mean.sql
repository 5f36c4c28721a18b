{#-
    A value in standard deviations from the mean, at most 5. Zero where the value is unknown
    and where all are alike: sums of doubles may leave a spread of a rounding error.
-#}
{% macro deviation_from_mean(value, mean, spread) -%}
    coalesce(
        case
            when {{ spread }} > 1e-9
            then least(5, greatest(-5, ({{ value }} - {{ mean }}) / {{ spread }}))
        end,
        0
    )
{%- endmacro %}
