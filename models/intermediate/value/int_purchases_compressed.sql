{#- Customers who bought alike weigh alike: the fit reads each kind of them once. -#}

with

purchases as (

    select * from {{ ref('int_purchases_summarized') }}

),

int_purchases_compressed as (

    select
        segment_code,
        repeat_purchase_count,
        recency_days,
        age_days,
        outcome_days,
        count(*) as customer_count,
        case
            when outcome_date is not null and cut_off_kind <> 'requested'
                then count(*) filter (where not is_churned)
        end as returned_customer_count,
        cut_off_date,
        outcome_date
    from purchases
    group by
        cut_off_date,
        cut_off_kind,
        outcome_date,
        outcome_days,
        segment_code,
        repeat_purchase_count,
        recency_days,
        age_days

)

select * from int_purchases_compressed
