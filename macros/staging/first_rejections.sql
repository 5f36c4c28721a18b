{#-
    CTE that keeps each rejected record once, as it was first rejected: a source that is
    asked again within its look-back delivers the same broken record again. An
    incremental run leaves out what the table already has.

    `relation` is a CTE over a `_rejected` table, `source_name` the source's name. The
    result is the CTE `first_rejections`.
-#}
{% macro first_rejections(relation, source_name) -%}
    identified_rejections as (

        select
            *,
            md5(
                concat_ws('|', '{{ source_name }}', table_name, reason, payload)
            ) as rejected_record_id
        from {{ relation }}

    ),

    ranked_rejections as (

        select
            *,
            row_number() over (
                partition by rejected_record_id
                order by _loaded_at, _batch_id, _source_position
            ) as _rejection_rank
        from identified_rejections
        {%- if is_incremental() %}
            where
                rejected_record_id
                not in (select this.rejected_record_id from {{ this }} as this)
        {%- endif %}

    ),

    first_rejections as (select * from ranked_rejections where _rejection_rank = 1)
{%- endmacro %}
