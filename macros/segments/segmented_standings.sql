{#-
    CTEs that say in which segments customers stand, the one definition of them. Only
    buyers are compared with each other, and only with those of the same `population`.

    `relation` is a CTE with a row per customer of each population: `order_count`,
    `net_revenue_amount`, `first_order_date`, `previous_order_date` and
    `last_order_date`, all null without a valid order, and `standing_date`, the day on
    which the customer stands there. It needs the CTE `rfm_segments`, the seed, beside
    it. The result is the CTE `segmented_standings`, which adds the segments.
-#}
{% macro segmented_standings(relation, population) -%}
    {%- set among = "order_count is not null, " ~ population -%}
    scored_standings as (

        select
            *,
            order_count is not null as has_ordered,
            {{ rfm_score("last_order_date", among) }} as recency_score,
            {{ rfm_score("order_count", among) }} as frequency_score,
            {{ rfm_score("net_revenue_amount", among) }} as monetary_score,
            cume_dist() over (
                partition by {{ among }} order by net_revenue_amount desc nulls last
            ) as value_rank_share,
            {{ days_since("first_order_date", "standing_date") }}
            as days_since_first_order,
            {{ days_since("last_order_date", "standing_date") }}
            as days_since_last_order,
            datediff(last_order_date, previous_order_date) as days_between_last_orders
        from {{ relation }}

    ),

    segmented_standings as (

        select
            scored_standings.*,
            case
                when scored_standings.has_ordered
                then rfm_segments.rfm_segment
                else 'no_orders'
            end as rfm_segment,
            {{ lifecycle_stage("scored_standings") }} as lifecycle_stage,
            {{
                value_tier(
                    "scored_standings.has_ordered",
                    "scored_standings.value_rank_share",
                )
            }} as value_tier
        from scored_standings
        left join
            rfm_segments
            on scored_standings.recency_score = rfm_segments.recency_score
            and scored_standings.frequency_score = rfm_segments.frequency_score

    )
{%- endmacro %}
