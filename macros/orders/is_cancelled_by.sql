{#-
    Whether an order counted as cancelled at the end of a day. Sources keep the current
    status only: a cancelled order that changed later is taken to have been cancelled then.
-#}
{% macro is_cancelled_by(orders, day, as_of_date) -%}
    (
        {{ orders }}.is_cancelled
        and (
            cast({{ orders }}.updated_at as date) <= {{ day }}
            or {{ day }} >= {{ as_of_date }}
        )
    )
{%- endmacro %}
