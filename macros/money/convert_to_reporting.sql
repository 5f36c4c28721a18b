{#-
    An amount in the reporting currency. The reporting currency itself needs no rates;
    any other without a rate gives null, which a test reports: never zero or one.
    decimal(18, 4) times decimal(19, 12) fits the 38 digits of both engines exactly.
-#}
{% macro convert_to_reporting(amount, currency_code, rate) -%}
    cast(
        round(
            cast({{ amount }} as decimal(18, 4))
            * {{ reporting_rate(currency_code, rate) }},
            4
        ) as decimal(18, 4)
    )
{%- endmacro %}
