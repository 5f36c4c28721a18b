{#- The first phone of a record that another record has, too; null where none is. -#}
{% macro common_phone(left_alias, right_alias) -%}
    case
        when
            {{ left_alias }}.phone
            in ({{ right_alias }}.phone, {{ right_alias }}.second_phone)
        then {{ left_alias }}.phone
        when
            {{ left_alias }}.second_phone
            in ({{ right_alias }}.phone, {{ right_alias }}.second_phone)
        then {{ left_alias }}.second_phone
    end
{%- endmacro %}
