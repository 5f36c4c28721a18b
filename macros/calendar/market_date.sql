{#-
    The day on which something happened where it happened: markets with several time
    zones, and unknown ones, count in UTC.
-#}
{% macro market_date(utc_time, time_zone) -%}
    cast(from_utc_timestamp({{ utc_time }}, coalesce({{ time_zone }}, 'UTC')) as date)
{%- endmacro %}
