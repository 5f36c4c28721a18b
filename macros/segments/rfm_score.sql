{#-
    Score from 1 to 5: 5 for the best fifth of the buyers, 1 for the last. It comes from
    the share of buyers who are at least as good, so equal customers get equal scores
    and a tie never lifts anyone: one-time buyers score 1 in frequency even where they
    are the majority.
-#}
{% macro rfm_score(measure, among) -%}
    case
        when {{ measure }} is not null
        then
            6 - cast(
                ceil(
                    5 * cume_dist() over (
                        partition by {{ among }} order by {{ measure }} desc nulls last
                    )
                ) as int
            )
    end
{%- endmacro %}
