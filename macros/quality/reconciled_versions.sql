{#-
    CTEs, the last one named `reconciled_versions`, that reconcile the landed versions of
    tables with their staging models, and their money by currency. A landed version may be
    missing there only because another version of its record is there instead, or for what
    `is_replaced` says.

    `record_versions` is a CTE with what was landed, `staged_versions` one with what is in
    staging, both with `table_name`, `source_record_id`, `_loaded_at`, `_source_position`;
    and with `currency_code` and `record_amount` where `amount_names` names a table.
-#}
{% macro reconciled_versions(amount_names={}, is_replaced="false") -%}
    staged_records as (

        select
            table_name,
            source_record_id,
            min(_loaded_at) as _loaded_at,
            min(_source_position) as _source_position
        from staged_versions
        group by table_name, source_record_id

    ),

    judged_versions as (

        select
            versions.*,
            case
                when
                    staged._loaded_at <> versions._loaded_at
                    or staged._source_position <> versions._source_position
                    or {{ is_replaced }}
                then 'superseded'
            end as reason
        from record_versions as versions
        left join
            staged_records as staged
            on versions.table_name = staged.table_name
            and versions.source_record_id = staged.source_record_id

    ),

    measured_versions as (

        {{ measured_versions("judged_versions", "reason", amount_names) }}

    ),

    measured_records as (

        {{ measured_versions("staged_versions", "cast(null as string)", amount_names) }}

    ),

    reconciled_versions as (

        {{ reconciliation_entries("measured_versions", "measured_records") }}

    )
{%- endmacro %}
