{#-
    Filter of an incremental staging model: raw rows landed since the last build. The
    bound is inclusive, so that rows of a batch that was landed in several commits are
    never missed; `latest_versions` makes reading a row twice harmless. A model of several
    raw tables says by `among` which of its rows are of the one that is read: each table
    has a clock of its own.
-#}
{% macro newly_loaded(among="true") -%}
    {%- if is_incremental() -%}
        where
            _loaded_at >= (
                select coalesce(max(this._loaded_at), timestamp '1900-01-01 00:00:00')
                from {{ this }} as this
                {%- if among != "true" %} where this.{{ among }} {%- endif %}
            )
    {%- endif -%}
{%- endmacro %}
