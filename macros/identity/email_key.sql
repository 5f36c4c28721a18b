{#-
    The mailbox that a normalised address reaches: without what its provider does not look
    at, under the domain that stands for all of the provider's. The address itself stays
    as it was written; this is for comparing. An address of nothing but a tag stays whole.

    Join `email_providers` on the domain, and its row `*` for the domains without a row.
-#}
{% macro email_key(column_name, provider, default_provider) -%}
    {%- set mailbox = (
        "split_part(split_part("
        ~ column_name
        ~ ", '@', 1), coalesce("
        ~ provider
        ~ ".tag_separator, "
        ~ default_provider
        ~ ".tag_separator), 1)"
    ) -%}
    coalesce(
        nullif(
            case
                when {{ provider }}.ignored_characters is null
                then {{ mailbox }}
                else translate({{ mailbox }}, {{ provider }}.ignored_characters, '')
            end,
            ''
        ),
        split_part({{ column_name }}, '@', 1)
    )
    || '@'
    || coalesce({{ provider }}.canonical_domain, split_part({{ column_name }}, '@', 2))
{%- endmacro %}
