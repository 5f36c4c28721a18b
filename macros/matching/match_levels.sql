{#- Levels of agreement of each attribute of a pair, as `match_points` weighs them. -#}
{% macro match_levels() -%}
    {{
        return(
            {
                "given_name": ["equal", "close", "initial", "unclear", "different"],
                "family_name": ["equal", "close", "initial", "unclear", "different"],
                "name_order": ["swapped"],
                "birth_date": [
                    "equal",
                    "near",
                    "unclear",
                    "different",
                    "equal_in_household",
                    "different_in_household",
                ],
                "gender": ["equal", "different"],
                "email": ["equal", "shared", "near", "different"],
                "phone": ["equal", "shared", "different"],
                "loyalty_id": ["equal", "near", "different"],
                "account": ["equal"],
                "address": ["equal", "close", "unclear", "different"],
                "postcode": ["equal", "near", "different"],
                "city": ["equal", "close", "different"],
            }
        )
    }}
{%- endmacro %}
