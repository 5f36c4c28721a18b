{#- Fails for every row whose value is not in the set; null is in no set. -#}
{% test expect_column_values_to_be_in_set(
    model, column_name, value_set, quote_values=true, row_condition=none
) %}

    {%- if not value_set -%}
        {%- do exceptions.raise_compiler_error("value_set is empty.") -%}
    {%- endif -%}
    {%- set literals = [] -%}
    {%- for value in value_set -%}
        {%- if quote_values -%}
            {%- do literals.append(
                "cast('" ~ value ~ "' as " ~ dbt.type_string() ~ ")"
            ) -%}
        {%- else -%} {%- do literals.append(value) -%}
        {%- endif -%}
    {%- endfor %}

    select {{ column_name }} as value_field

    from {{ model }}

    where
        not coalesce({{ column_name }} in ({{ literals | join(", ") }}), false)
        {% if row_condition -%} and ({{ row_condition }}) {%- endif %}

{% endtest %}
