{#-
    Fails for every text shorter than the minimum or longer than the maximum, counted in
    characters; the limits themselves are inside unless `strictly`. Null passes.
-#}
{% test expect_column_value_lengths_to_be_between(
    model,
    column_name,
    min_value=none,
    max_value=none,
    row_condition=none,
    strictly=false
) %}

    {{
        dbt_expectations.rows_that_fail(
            model,
            dbt_expectations.is_between(
                dbt.length(column_name), min_value, max_value, strictly
            ),
            row_condition=row_condition,
        )
    }}

{% endtest %}
