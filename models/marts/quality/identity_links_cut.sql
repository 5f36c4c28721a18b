{#-
    Links that were found, and are not why anybody is one customer. Of a customer that
    would have held records apart, or too many, the cheapest links are cut: which guard it
    was is seen by what lies in the two customers of today.
-#}

with

links as (

    select * from {{ ref('int_customer_records_linked') }}

),

separations as (

    select * from {{ ref('int_customer_records_separated') }}

),

identities as (

    select * from {{ ref('int_customer_identities_accepted') }}

),

separated_customers as (

    select
        least(one.customer_id, two.customer_id) as first_customer_id,
        greatest(one.customer_id, two.customer_id) as second_customer_id,
        min(separations.separated_by) as separation_rule
    from separations
    inner join identities as one on separations.source_node = one.record_key
    inner join identities as two on separations.target_node = two.record_key
    group by
        least(one.customer_id, two.customer_id),
        greatest(one.customer_id, two.customer_id)

),

identity_links_cut as (

    select
        ---------- ids
        one.customer_id,
        one.source_record_id,
        two.customer_id as other_customer_id,
        two.source_record_id as other_source_record_id,

        ---------- strings
        one.source_name,
        two.source_name as other_source_name,
        links.link_rule,
        case
            when links.is_weak_bridge then 'weak_bridge'
            when separated_customers.separation_rule is not null then 'separated'
            else 'oversized'
        end as cut_reason,
        separated_customers.separation_rule,

        ---------- numerics
        links.points

    from links
    inner join identities as one on links.source_node = one.record_key
    inner join identities as two on links.target_node = two.record_key
    left join separated_customers
        on
            least(one.customer_id, two.customer_id)
            = separated_customers.first_customer_id
            and greatest(one.customer_id, two.customer_id)
            = separated_customers.second_customer_id
            and not links.is_weak_bridge
    where links.is_weak_bridge or one.customer_id <> two.customer_id

)

select * from identity_links_cut
