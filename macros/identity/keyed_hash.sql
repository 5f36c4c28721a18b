{#-
    Hash of a value that nobody can recompute without the platform's key: SHA-256 of key
    and value, twice with the key in front, so that knowing hashes does not help to make
    others. The bare SHA-256 of an email can be looked up in lists of known addresses.
-#}
{% macro keyed_hash(column_name, hash_key) -%}
    sha2({{ hash_key }} || sha2({{ hash_key }} || {{ column_name }}, 256), 256)
{%- endmacro %}
