{#-
    Query with one row per version and measure of the CTE `versions`: itself, and in the
    tables of `amount_names` its amount, in a measure of its currency.
-#}
{% macro measured_versions(versions, reason, amount_names) -%}
    {%- set day_date = "cast(_loaded_at as date) as day_date" -%}
    select
        table_name,
        'versions_raw_to_staging' as measure,
        {{ reason }} as reason,
        1 as record_value,
        {{ day_date }}
    from {{ versions }}
    {%- for table_name, amount_name in amount_names.items() %}

        union all

        select
            table_name,
            concat(
                '{{ amount_name }}_raw_to_staging_',
                lower(coalesce(currency_code, 'unknown'))
            ) as measure,
            {{ reason }} as reason,
            record_amount as record_value,
            {{ day_date }}
        from {{ versions }}
        where table_name = '{{ table_name }}' and record_amount is not null
    {%- endfor %}
{%- endmacro %}
