{#- A free order has nothing to refund, so it stays valid. -#}
{% macro is_refunded_in_full(total_amount, refunded_amount) -%}
    coalesce(
        {{ total_amount }} > 0 and {{ refunded_amount }} >= {{ total_amount }}, false
    )
{%- endmacro %}
