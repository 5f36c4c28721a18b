{#-
    Mean value of a purchase by Gamma-Gamma: between the mean of the buyer and that of all,
    the nearer to the first the more purchases there were. Where the buyer has no positive
    mean it is that of all, which exists for q > 1 only.
-#}
{% macro expected_purchase_value(purchases, mean_value, value_model) -%}
    case
        when {{ purchases }} > 0 and {{ mean_value }} > 0
        then
            case
                when {{ value_model }}.p * {{ purchases }} + {{ value_model }}.q > 1
                then
                    {{ value_model }}.p
                    * ({{ value_model }}.v + {{ purchases }} * {{ mean_value }})
                    / ({{ value_model }}.p * {{ purchases }} + {{ value_model }}.q - 1)
            end
        when {{ purchases }} is not null and {{ value_model }}.q > 1
        then {{ value_model }}.p * {{ value_model }}.v / ({{ value_model }}.q - 1)
    end
{%- endmacro %}
