{#-
    Fails for every validity interval that is empty, or that does not end exactly where
    the next one of the same key begins; the last one of a key must be open.
-#}
{% test no_gaps_or_overlaps(
    model, key_columns, valid_from="valid_from", valid_to="valid_to"
) %}

    with

        followed_intervals as (

            select
                {{ key_columns | join(", ") }},
                {{ valid_from }} as valid_from,
                {{ valid_to }} as valid_to,
                lead({{ valid_from }}) over (
                    partition by {{ key_columns | join(", ") }}
                    order by {{ valid_from }}
                ) as next_valid_from

            from {{ model }}

        )

    select *
    from followed_intervals
    where
        valid_to is distinct from next_valid_from
        or valid_to <= valid_from
        or valid_from is null

{% endtest %}
