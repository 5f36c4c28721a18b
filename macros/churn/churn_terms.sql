{#-
    What the recalibration reads besides the forecast of the purchase model, by the name of
    its term: expressions over what was known of a customer at the cut-off. Counts and
    times weigh by their logarithm: from 1 to 2 orders is more than from 11 to 12.
-#}
{% macro churn_terms() -%}
    {{
        return(
            {
                "recency": "ln(1 + days_since_last_order)",
                "frequency": "ln(order_day_count)",
                "tenure": "ln(1 + days_since_first_order)",
                "trend": "ln(1 + order_days_last_90_days)"
                " - ln(1 + order_days_previous_90_days)",
                "activity": "ln(1 + active_days_last_90_days)",
                "inactivity": "ln(1 + days_since_last_activity)",
                "unsubscription": "case when has_unsubscribed then 1 else 0 end",
                "open_tickets": "ln(1 + open_ticket_count)",
                "satisfaction": "mean_satisfaction_score",
            }
        )
    }}
{%- endmacro %}
