-- Fails when many of the links that were found between customer records were not used.
-- A warning: the customers are right as far as the guards go, but something joins
-- people who are not one, such as an identifier that a shop gives to all its customers.
-- `quality.identity_links_cut` has the links.
{{ config(severity="warn") }}

with

cut_links as (

    select count(*) as cut_link_count
    from {{ ref('identity_links_cut') }}

),

found_links as (

    select count(*) as found_link_count
    from {{ ref('int_customer_records_linked') }}

)

select
    cut_links.cut_link_count,
    found_links.found_link_count
from cut_links
cross join found_links
where
    cut_links.cut_link_count >= {{ var('min_cut_links') }}
    and cut_links.cut_link_count
    > found_links.found_link_count * {{ var('max_cut_link_rate') }}
