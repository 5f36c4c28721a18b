{#-
    CTEs that keep the latest version of each record, in the order of change, load and
    delivery. An incremental run ranks new raw rows together with the rows already in
    the table for the same keys: a late older version must never overwrite a newer one.

    `relation` is a CTE with exactly the columns of the model, in its order. The result
    is the CTE `latest_versions`, which adds `_key_first_loaded_at`: when the record was
    first landed in any version.
-#}
{% macro latest_versions(relation, key) -%}
    known_versions as (

        select *
        from {{ relation }}
        {%- if is_incremental() %}

            union all

            select this.*
            from {{ this }} as this
            inner join
                (select distinct {{ key | join(", ") }} from {{ relation }}) as touched
                on {% for column in key -%}
                    this.{{ column }} = touched.{{ column }}
                    {%- if not loop.last %} and {% endif %}
                {%- endfor %}
        {%- endif %}

    ),

    ranked_versions as (

        select
            *,
            min(_first_loaded_at) over (
                partition by {{ key | join(", ") }}
            ) as _key_first_loaded_at,
            row_number() over (
                partition by {{ key | join(", ") }}
                order by
                    _changed_at desc,
                    _loaded_at desc,
                    _batch_id desc,
                    _source_position desc
            ) as _version_rank
        from known_versions

    ),

    latest_versions as (select * from ranked_versions where _version_rank = 1)
{%- endmacro %}
