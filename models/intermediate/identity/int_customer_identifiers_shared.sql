{#-
    Emails and phones of households: two who carry them contradict each other in given
    name or birth date.
-#}

with

pairs as (

    select
        common_email,
        common_phone,
        given_name_level = 'different' or birth_date_level = 'different'
            as is_contradicting
    from {{ ref('int_customer_pairs_compared') }}
    where coalesce(common_email, common_phone) is not null

),

int_customer_identifiers_shared as (

    select
        'email' as identifier_type,
        common_email as identifier_value
    from pairs
    where common_email is not null and is_contradicting
    group by common_email

    union all

    select
        'phone' as identifier_type,
        common_phone as identifier_value
    from pairs
    where common_phone is not null and is_contradicting
    group by common_phone

)

select * from int_customer_identifiers_shared
