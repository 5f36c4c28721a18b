{#-
    Query over records judged for the reconciliation, in which an amount that has no rate
    is the reason for all amounts of its day: a sum with one unknown amount is unknown.
-#}
{% macro without_rates(records) -%}
    select
        judged.table_name,
        judged.measure,
        coalesce(judged.reason, missed_rates.reason) as reason,
        judged.record_value,
        judged.day_date
    from {{ records }} as judged
    left join
        (
            select measure, day_date, 'missing_rate' as reason
            from {{ records }}
            where reason is null and record_value is null
            group by measure, day_date
        ) as missed_rates
        on judged.measure = missed_rates.measure
        and judged.day_date = missed_rates.day_date
{%- endmacro %}
