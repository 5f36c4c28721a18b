{#-
    Links that were found, and are not why anybody is one customer. Of a customer that
    would have held records apart, or too many, the cheapest links are cut: which guard it
    was is seen by what lies in the two customers of today.
-#}

with

links as (

    select * from {{ ref('int_customer_records_linked') }}

),

clustered_records as (

    select * from {{ ref('int_customer_records_clustered') }}

),

separations as (

    select * from {{ ref('int_customer_records_separated') }}

),

identities as (

    select * from {{ ref('int_customer_identities_accepted') }}

),

separated_customers as (

    select
        least(one.component, two.component) as first_component,
        greatest(one.component, two.component) as second_component,
        min(separations.separated_by) as separation_rule
    from separations
    inner join clustered_records as one on separations.source_node = one.node
    inner join clustered_records as two on separations.target_node = two.node
    group by
        least(one.component, two.component),
        greatest(one.component, two.component)

),

unused_links as (

    select
        links.*,
        separated_customers.separation_rule,
        case
            when links.is_weak_bridge then 'weak_bridge'
            when separated_customers.separation_rule is not null then 'separated'
            else 'oversized'
        end as cut_reason
    from links
    inner join clustered_records as one on links.source_node = one.node
    inner join clustered_records as two on links.target_node = two.node
    left join separated_customers
        on
            least(one.component, two.component) = separated_customers.first_component
            and greatest(one.component, two.component)
            = separated_customers.second_component
            and not links.is_weak_bridge
    where links.is_weak_bridge or one.component <> two.component

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
        unused_links.link_rule,
        unused_links.cut_reason,
        unused_links.separation_rule,

        ---------- numerics
        unused_links.points

    from unused_links
    inner join identities as one on unused_links.source_node = one.record_key
    inner join identities as two on unused_links.target_node = two.record_key

)

select * from identity_links_cut
