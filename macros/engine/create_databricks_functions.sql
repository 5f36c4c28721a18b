{#-
    Teaches DuckDB the Databricks functions that the models use, so that the models
    stay plain Databricks SQL. Databricks needs nothing. Shadow a built-in function
    only where its answer differs silently.
-#}
{% macro create_databricks_functions() -%}
    {{ adapter.dispatch("create_databricks_functions", "cdp")() }}
{%- endmacro %}


{% macro default__create_databricks_functions() -%} {%- endmacro %}


{% macro duckdb__create_databricks_functions() -%}
    {#-
        `levenshtein` of DuckDB counts bytes, of which an Arabic letter has two: letters
        beyond ASCII are replaced, each by one of its own, before it counts.
    #}
    {%- set functions = [
        "add_months(start_date, month_count) as "
        ~ "cast(cast(start_date as date) + to_months(month_count) as date)",
        "datediff(end_date, start_date) as "
        ~ "cast(date_diff('day', cast(start_date as date), cast(end_date as date)) "
        ~ "as integer)",
        "explode(elements) as unnest(elements)",
        "from_utc_timestamp(utc_time, time_zone) as "
        ~ "cast(utc_time as timestamp) at time zone 'UTC' at time zone time_zone",
        "levenshtein_of_letters(left_text, right_text, letters, ascii) as "
        ~ "case when length(letters) > length(ascii) "
        ~ "then error('levenshtein is taught for 127 different letters only') "
        ~ "else system.main.levenshtein(translate(left_text, letters, ascii), "
        ~ "translate(right_text, letters, ascii)) end",
        "levenshtein(left_text, right_text) as "
        ~ "case when strlen(left_text) = length(left_text) "
        ~ "and strlen(right_text) = length(right_text) "
        ~ "then system.main.levenshtein(left_text, right_text) "
        ~ "else levenshtein_of_letters(left_text, right_text, "
        ~ "array_to_string("
        ~ "list_distinct(string_split(left_text || right_text, '')), ''), "
        ~ "array_to_string(list_transform(generate_series(1, 127), "
        ~ "lambda code: chr(cast(code as integer))), '')) end",
        "regexp_like(text_value, pattern) as "
        ~ "regexp_matches(text_value, pattern)",
        "regexp_replace(text_value, pattern, replacement) as "
        ~ "system.main.regexp_replace(text_value, pattern, replacement, 'g')",
        "sequence(start_value, stop_value) as "
        ~ "generate_series(start_value, stop_value)",
        "sha2(text_value, bit_length) as case bit_length when 256 "
        ~ "then sha256(text_value) else error('sha2 is taught for 256 bits only') end",
        "trim(text_value) as system.main.trim(text_value, ' ')",
    ] -%}
    {%- for function in functions %}
        create or replace macro main.{{ function }};
    {%- endfor %}
{%- endmacro %}
