{#-
    E.164 number (plus sign, country code, subscriber number); null where it cannot be
    one. A number without a country code gets the dialling code of the record's country,
    and loses the zero that is dialled before it inside the country.
-#}
{% macro normalize_phone(column_name, dialling_code) -%}
    {#- The zero of "+20 (0)100 123 4567" is dialled only inside the country. -#}
    {%- set western = (
        "replace(translate("
        ~ column_name
        ~ ", '٠١٢٣٤٥٦٧٨٩', '0123456789'), '(0)', '')"
    ) -%}
    {%- set digits = "regexp_replace(" ~ western ~ ", '[^0-9]', '')" -%}
    {%- set is_international = (
        "left(regexp_replace(" ~ western ~ ", '[^0-9+]', ''), 1) = '+'"
    ) -%}
    case
        when length({{ digits }}) not between 7 and 15
        then null
        when {{ is_international }}
        then '+' || {{ digits }}
        when left({{ digits }}, 2) = '00'
        then '+' || substring({{ digits }}, 3)
        when {{ dialling_code }} is null
        then null
        {# A whole international number written without its plus sign. #}
        when
            left({{ digits }}, length({{ dialling_code }})) = {{ dialling_code }}
            and length({{ digits }}) >= length({{ dialling_code }}) + 8
        then '+' || {{ digits }}
        else '+' || {{ dialling_code }} || regexp_replace({{ digits }}, '^0', '')
    end
{%- endmacro %}
