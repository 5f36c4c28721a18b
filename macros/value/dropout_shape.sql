{#-
    What a further purchase adds to, against the dropout: MBG/NBD is BG/NBD with b + 1, as
    who buys for the first time can leave at once.
-#}
{% macro dropout_shape(purchases, model) -%}
    (
        {{ model }}.b
        + {{ purchases }}
        - case {{ model }}.model_name when 'bg_nbd' then 1 when 'mbg_nbd' then 0 end
    )
{%- endmacro %}
