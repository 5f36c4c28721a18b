{#-
    A reason of a forecast in words, with the customer's own figures. `facts` is the row of
    `churn_features` that they are in.
-#}
{% macro churn_reason(reason, facts) -%}
    {%- set text = {} -%}
    {%- for column in [
        "order_day_count",
        "days_since_last_order",
        "orders_last_90_days",
        "orders_previous_90_days",
        "active_days_last_90_days",
        "open_ticket_count",
    ] -%}
        {%- do text.update({column: "cast(" ~ facts ~ "." ~ column ~ " as string)"}) -%}
    {%- endfor -%}
    case
        {{ reason }}
        when 'purchases'
        then
            case
                when {{ facts }}.order_day_count = 1
                then '1 day with an order, '
                else {{ text.order_day_count }} || ' days with an order, the last '
            end
            || {{ text.days_since_last_order }}
            || ' days ago'
        when 'trend'
        then
            {{ text.orders_last_90_days }}
            || ' orders in 90 days, after '
            || {{ text.orders_previous_90_days }}
            || ' in the 90 before'
        when 'activity'
        then
            'active on '
            || {{ text.active_days_last_90_days }}
            || ' of the last 90 days'
        when 'mail'
        then
            case
                when {{ facts }}.has_unsubscribed
                then 'unsubscribed from mail'
                else 'not unsubscribed from mail'
            end
        when 'tickets'
        then
            {{ text.open_ticket_count }}
            || ' open tickets'
            || coalesce(
                ', satisfaction ' || cast(
                    cast({{ facts }}.mean_satisfaction_score as decimal(3, 1)) as string
                )
                || ' of 5',
                ''
            )
    end
{%- endmacro %}
