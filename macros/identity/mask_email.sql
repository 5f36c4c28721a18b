{#-
    An email address that its owner recognises and nobody else can complete: `a***d@e***.com`.
    The ends of what stands before the @, the first letter of the domain, and its ending
    where it is a common one. Of short names less is shown, and never how long they are.
-#}
{% macro mask_email(column_name) -%}
    {%- set name = "split_part(" ~ column_name ~ ", '@', 1)" -%}
    {%- set domain = "split_part(" ~ column_name ~ ", '@', 2)" -%}
    {%- set ending = "split_part(" ~ domain ~ ", '.', -1)" -%}
    {%- set letters = "'abcdefghijklmnopqrstuvwxyz'" -%}
    case when length({{ name }}) > 1 then left({{ name }}, 1) else '' end
    || '***'
    || case when length({{ name }}) > 4 then right({{ name }}, 1) else '' end
    || '@'
    || left({{ domain }}, 1)
    || '***'
    {#- Not a pattern that ends in $: Java's would also end before a line break. #}
    || case
        when
            length({{ ending }}) between 2 and 4
            and translate({{ ending }}, {{ letters }}, '') = ''
        then '.' || {{ ending }}
        else ''
    end
{%- endmacro %}
