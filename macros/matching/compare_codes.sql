{#-
    How two codes compare: `equal`, `near` (a typing slip apart), `different`; null where
    either is missing.
-#}
{% macro compare_codes(left_code, right_code) -%}
    case
        when {{ left_code }} is null or {{ right_code }} is null
        then null
        when {{ left_code }} = {{ right_code }}
        then 'equal'
        when {{ is_near_text(left_code, right_code) }}
        then 'near'
        else 'different'
    end
{%- endmacro %}
