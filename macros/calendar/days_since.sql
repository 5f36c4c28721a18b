{#-
    Days from a market's day to the as-of date; null without a day, and never negative. The
    as-of date is a day in UTC, before whose end the next day has begun in some markets.
-#}
{% macro days_since(date_column, as_of_date) -%}
    case
        when {{ date_column }} is not null
        then greatest(0, datediff({{ as_of_date }}, {{ date_column }}))
    end
{%- endmacro %}
