{#-
    E.164 number of a phone as typed. Where many numbers are normalised, select
    `phone_digits` first and `e164_number` of that column next: engines would compute the
    digits again for every rule.
-#}
{% macro normalize_phone(column_name, dialling_code) -%}
    {{ e164_number(phone_digits(column_name), dialling_code) }}
{%- endmacro %}
