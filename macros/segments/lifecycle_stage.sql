{#-
    Where a customer stands: the first rule that holds decides. A gap of more than
    `lapsed_after_days` before the latest order means that the customer had lapsed, and
    came back.
-#}
{% macro lifecycle_stage(customer) -%}
    case
        when not {{ customer }}.has_ordered
        then 'prospect'
        when {{ customer }}.days_since_first_order <= {{ var("new_customer_days") }}
        then 'new'
        when {{ customer }}.days_since_last_order >= {{ var("lapsed_after_days") }}
        then 'lapsed'
        when {{ customer }}.days_since_last_order >= {{ var("at_risk_after_days") }}
        then 'at_risk'
        when {{ customer }}.days_between_last_orders > {{ var("lapsed_after_days") }}
        then 'won_back'
        else 'active'
    end
{%- endmacro %}
