{#- Ends the transaction of a materialization on engines that opened one. -#}
{% macro commit_transaction() -%}
    {{ adapter.dispatch("commit_transaction", "cdp")() }}
{%- endmacro %}


{% macro default__commit_transaction() -%} {%- endmacro %}


{% macro duckdb__commit_transaction() -%} {%- do adapter.commit() -%} {%- endmacro %}
