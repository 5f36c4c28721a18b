{#-
    What speaks for each link whose records are one customer. Values are shown masked, so
    that who knows the customer recognises them and nobody else learns them; of birth
    dates and addresses only how they compare.
-#}

with

links as (

    select * from {{ ref('int_customer_records_linked') }}
    where not is_weak_bridge

),

identities as (

    select * from {{ ref('int_customer_identities_accepted') }}

),

scored_pairs as (

    select * from {{ ref('int_customer_pairs_scored') }}

),

records as (

    select * from {{ ref('int_customer_records_comparable') }}

),

{# A record can have two phones: the one that both have is what tells. #}
masked_links as (

    select
        links.source_node,
        links.target_node,
        links.link_rule,
        links.points,
        {{ mask_name('one.given_name_key') }} as given_name_masked,
        {{ mask_name('two.given_name_key') }} as other_given_name_masked,
        {{ mask_name('one.family_name_key') }} as family_name_masked,
        {{ mask_name('two.family_name_key') }} as other_family_name_masked,
        {{ mask_email('one.email') }} as email_masked,
        {{ mask_email('two.email') }} as other_email_masked,
        {{ mask_code("case
            when one.second_phone in (two.phone, two.second_phone)
                and not coalesce(one.phone in (two.phone, two.second_phone), false)
                then one.second_phone
            else coalesce(one.phone, one.second_phone)
        end") }} as phone_masked,
        {{ mask_code("case
            when two.second_phone in (one.phone, one.second_phone)
                and not coalesce(two.phone in (one.phone, one.second_phone), false)
                then two.second_phone
            else coalesce(two.phone, two.second_phone)
        end") }} as other_phone_masked,
        {{ mask_code('one.loyalty_id') }} as loyalty_id_masked,
        {{ mask_code('two.loyalty_id') }} as other_loyalty_id_masked
    from links
    inner join records as one on links.source_node = one.record_key
    inner join records as two on links.target_node = two.record_key

),

identity_evidence as (

    select
        ---------- ids
        one.customer_id,
        one.source_record_id,
        two.source_record_id as other_source_record_id,

        ---------- strings
        one.source_name,
        two.source_name as other_source_name,
        masked_links.link_rule,
        scored_pairs.given_name_level,
        scored_pairs.family_name_level,
        scored_pairs.name_order_level,
        scored_pairs.birth_date_level,
        scored_pairs.gender_level,
        scored_pairs.email_level,
        scored_pairs.phone_level,
        scored_pairs.loyalty_id_level,
        scored_pairs.account_level,
        scored_pairs.address_level,
        scored_pairs.postcode_level,
        scored_pairs.city_level,
        masked_links.given_name_masked,
        masked_links.other_given_name_masked,
        masked_links.family_name_masked,
        masked_links.other_family_name_masked,
        masked_links.email_masked,
        masked_links.other_email_masked,
        masked_links.phone_masked,
        masked_links.other_phone_masked,
        masked_links.loyalty_id_masked,
        masked_links.other_loyalty_id_masked,

        ---------- numerics
        masked_links.points,
        scored_pairs.household_points,
        scored_pairs.identifier_points,
        scored_pairs.personal_points,
        scored_pairs.contradiction_points

    from masked_links
    inner join identities as one on masked_links.source_node = one.record_key
    {# What a link joined and the guards took apart is in `identity_links_cut`. #}
    inner join identities as two
        on
            masked_links.target_node = two.record_key
            and one.customer_id = two.customer_id
    left join scored_pairs
        on
            masked_links.source_node = scored_pairs.source_node
            and masked_links.target_node = scored_pairs.target_node

)

select * from identity_evidence
