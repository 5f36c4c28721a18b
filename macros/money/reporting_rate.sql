{#- The rate to the reporting currency, which needs none itself. -#}
{% macro reporting_rate(currency_code, rate) -%}
    case
        when {{ currency_code }} = '{{ var("reporting_currency") }}'
        then cast(1 as decimal(19, 12))
        else cast({{ rate }} as decimal(19, 12))
    end
{%- endmacro %}
