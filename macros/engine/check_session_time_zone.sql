{#-
    Days are cut in UTC sessions: a laptop in Cairo would otherwise get other days than
    the warehouse. Stops the run with one line where the session is not in UTC.
-#}
{% macro check_session_time_zone() -%}
    {%- if execute -%}
        {%- set time_zone = run_query(session_time_zone_query()).columns[0][0] -%}
        {%- if time_zone not in ["UTC", "Etc/UTC"] -%}
            {%- do exceptions.raise_compiler_error(
                "The session time zone is "
                ~ time_zone
                ~ ", it must be UTC: copy the settings of target '"
                ~ target.name
                ~ "' from profiles.example.yml."
            ) -%}
        {%- endif -%}
    {%- endif -%}
{%- endmacro %}


{% macro session_time_zone_query() -%}
    {{ adapter.dispatch("session_time_zone_query", "cdp")() }}
{%- endmacro %}


{% macro default__session_time_zone_query() -%}
    select current_timezone()
{%- endmacro %}


{% macro duckdb__session_time_zone_query() -%}
    select current_setting('TimeZone')
{%- endmacro %}
