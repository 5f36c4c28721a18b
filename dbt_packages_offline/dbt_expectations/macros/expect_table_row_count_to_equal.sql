{#-
    Fails where the table, or a group of it, does not have exactly that many rows. Groups
    without any row are not seen.
-#}
{% test expect_table_row_count_to_equal(
    model, value, group_by=none, row_condition=none
) %}

    {{
        dbt_expectations.rows_that_fail(
            model,
            "count(*) = " ~ value,
            group_by_columns=group_by,
            row_condition=row_condition,
        )
    }}

{% endtest %}
