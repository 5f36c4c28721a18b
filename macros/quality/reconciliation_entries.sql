{#-
    Entries of a step of the reconciliation: what goes in, what falls out for which reason,
    and what came out. The reasons are counted from the records that fell out, never from
    the difference: so a lost record, or one too many, stays unexplained.

    `records` is a CTE with one row per record and measure that goes in, its `reason` null
    where it must come out; `results` one with those that came out. Both have `table_name`,
    `measure`, `record_value` and `day_date`.
-#}
{% macro reconciliation_entries(records, results) -%}
    {%- set entry_value = "cast(coalesce(sum(record_value), 0) as decimal(28, 4)) as entry_value" -%}
    select
        table_name, measure, 'source_value' as entry_name, {{ entry_value }}, day_date
    from {{ records }}
    group by table_name, measure, day_date

    union all

    select table_name, measure, reason as entry_name, {{ entry_value }}, day_date
    from {{ records }}
    where reason is not null
    group by table_name, measure, reason, day_date

    union all

    select table_name, measure, 'mart_value' as entry_name, {{ entry_value }}, day_date
    from {{ results }}
    group by table_name, measure, day_date
{%- endmacro %}
