with

purchases as (

    select * from {{ ref('int_purchases_scored') }}
    where outcome_date is not null

),

{# Values are compared where both are known, and the foretold one is no slip. #}
valued_purchases as (

    select
        *,
        expected_purchase_count * expected_purchase_value as expected_net_value,
        outcome_net_amount is not null
        and coalesce(expected_purchase_count * expected_purchase_value < 1e15, false)
            as is_valued
    from purchases

),

int_purchase_outcomes_aggregated_to_cut_off as (

    select
        cut_off_date,
        {{ exact_sum('expected_purchase_count') }} as predicted_purchase_count,
        cast(sum(outcome_purchase_count) as bigint) as actual_purchase_count,
        count(*) filter (where is_valued) as valued_customer_count,
        {{ exact_sum('case when is_valued then expected_net_value end') }}
            as predicted_net_amount,
        case
            when abs(sum(case when is_valued then outcome_net_amount end)) < 9e13
                then cast(
                        sum(case when is_valued then outcome_net_amount end)
                        as decimal(18, 4)
                    )
        end as actual_net_amount
    from valued_purchases
    group by cut_off_date

)

select * from int_purchase_outcomes_aggregated_to_cut_off
