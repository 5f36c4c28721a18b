{#-
    CTEs that keep the latest version of each record, in the order of change, load and
    delivery. An incremental run ranks new raw rows together with the rows already in
    the table for the same keys: a late older version must never overwrite a newer one.

    A version without an update time can only be placed by when it was landed, which no
    update time compares with. A record that ever had such a version is therefore taken
    in the order of landing: what a source says last is its current state.

    `relation` is a CTE with exactly the columns of the model, in its order; `undated` a
    boolean column of it that says whether the version, or an earlier one of its record,
    had no update time. The result is the CTE `latest_versions`, which adds
    `_key_first_loaded_at`, when the record was first landed in any version,
    `_key_changed_at`, the time that versions were ordered by, and `_key_is_undated`.
-#}
{% macro latest_versions(relation, key, undated="false") -%}
    {%- set version_time = (
        "case when _key_is_undated then _loaded_at else _changed_at end"
    ) -%}
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

    keyed_versions as (

        select
            *,
            bool_or({{ undated }}) over (
                partition by {{ key | join(", ") }}
            ) as _key_is_undated,
            min(_first_loaded_at) over (
                partition by {{ key | join(", ") }}
            ) as _key_first_loaded_at
        from known_versions

    ),

    ranked_versions as (

        select
            *,
            {{ version_time }} as _key_changed_at,
            row_number() over (
                partition by {{ key | join(", ") }}
                order by
                    {{ version_time }} desc,
                    _loaded_at desc,
                    _batch_id desc,
                    _source_position desc
            ) as _version_rank
        from keyed_versions

    ),

    latest_versions as (select * from ranked_versions where _version_rank = 1)
{%- endmacro %}
