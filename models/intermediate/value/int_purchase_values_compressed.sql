{#- Values that are not positive have no place in the model: it knows no refunds. -#}

with

purchases as (

    select * from {{ ref('int_purchases_summarized') }}

),

int_purchase_values_compressed as (

    select
        segment_code,
        repeat_purchase_count,
        mean_repeat_amount,
        count(*) as customer_count,
        cut_off_date
    from purchases
    where repeat_purchase_count > 0 and mean_repeat_amount > 0
    group by cut_off_date, segment_code, repeat_purchase_count, mean_repeat_amount

)

select * from int_purchase_values_compressed
