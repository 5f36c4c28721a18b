{#-
    E.164 number (plus sign, country code, subscriber number) of the digits of a phone,
    null where it cannot be one: rather no number than that of somebody else. Numbers of
    Egypt, the Gulf and North America must have the form that their country gives out to
    subscribers; these countries' codes are also known without a plus sign, doubled, and
    before a trunk zero. Elsewhere only the length is known.
-#}
{% macro e164_number(digits, dialling_code) -%}
    {%- set plans = phone_plans() -%}
    {%- set bare = "trim(leading '0' from replace(" ~ digits ~ ", '+', ''))" -%}
    {#- What stands before the mark was not typed: it is the code of the country. -#}
    {%- set placed -%}
        case
            when regexp_like({{ digits }}, '^([+]|00)[1-9]')
            then {{ bare }}
            else coalesce({{ dialling_code }}, '') || '~' || {{ bare }}
        end
    {%- endset -%}
    {%- set whole = [] -%}
    {%- for code, length, numbers, is_near in plans -%}
        {%- do whole.append(code ~ "(" ~ numbers ~ ")") -%}
    {%- endfor -%}
    case
        when regexp_like({{ digits }}, '^[+]({{ whole | join("|") }})$')
        then {{ digits }}
        when not regexp_like({{ digits }}, '^[+]*[0-9]{7,17}$')
        then null
        {%- for code, length, numbers, is_near in plans %}
            when
                regexp_like(
                    {{ placed }},
                    '^{{ "([0-9]*~)?" if is_near }}({{ code }}~?)+0*({{ numbers }})$'
                )
            then '+{{ code }}' || right({{ placed }}, {{ length }})
        {%- endfor %}
        when
            regexp_like(
                {{ placed }}, '^(~|{{ plans | map("first") | unique | join("|") }})'
            )
        then null
        when not {{ placed }} like '%~%'
        then '+' || {{ bare }}
        {#- Where zero is a part of the number: Italy, San Marino, Ivory Coast, Congo. -#}
        when {{ dialling_code }} in ('39', '378', '225', '242')
        then '+' || {{ dialling_code }} || replace({{ digits }}, '+', '')
        when
            left({{ bare }}, length({{ dialling_code }})) = {{ dialling_code }}
            and length({{ bare }}) >= length({{ dialling_code }}) + 8
        then '+' || {{ bare }}
        else '+' || {{ dialling_code }} || {{ bare }}
    end
{%- endmacro %}
