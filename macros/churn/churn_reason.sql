{#-
    A reason of a forecast in words, with the customer's own figures: those that its terms
    read, see `churn_terms`. Orders of one day are one there, so days are what is counted.
-#}
{% macro churn_reason(reason, facts) -%}
    {%- set last_order = days_ago(facts ~ ".days_since_last_order") -%}
    {%- set last_activity = days_ago(facts ~ ".days_since_last_activity") -%}
    case
        {{ reason }}
        when 'purchases'
        then
            {{ counted(facts ~ ".order_day_count", "day") }}
            || ' with an order, '
            || case when {{ facts }}.order_day_count = 1 then '' else 'the last ' end
            || {{ last_order }}
        when 'trend'
        then
            {{ counted(facts ~ ".order_days_last_90_days", "day") }}
            || ' with an order in the last 90 days, after '
            || {{ counted(facts ~ ".order_days_previous_90_days") }}
            || ' in the 90 before'
        when 'activity'
        then
            coalesce(
                'active on '
                || {{ counted(facts ~ ".active_days_last_90_days") }}
                || ' of the last 90 days, the last time '
                || {{ last_activity }},
                'never seen active'
            )
        when 'mail'
        then
            case
                when {{ facts }}.has_unsubscribed
                then 'unsubscribed from mail'
                else 'not unsubscribed from mail'
            end
        when 'tickets'
        then
            {{ counted(facts ~ ".open_ticket_count", "open ticket") }} || coalesce(
                ', satisfaction ' || cast(
                    cast({{ facts }}.mean_satisfaction_score as decimal(3, 1)) as string
                )
                || ' of 5',
                ''
            )
    end
{%- endmacro %}
