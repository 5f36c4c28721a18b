with

records as (

    select * from {{ ref('int_customer_records_normalized') }}

),

connected_records as (

    select * from {{ ref('int_customer_records_connected') }}

),

clusters as (

    select * from {{ ref('int_customer_records_clustered') }}

),

clustered as (

    select
        records.record_key,
        records.source_name,
        records.source_record_id,
        records.registered_at,
        records._first_loaded_at,
        coalesce(clusters.component, connected_records.component) as cluster_key
    from records
    inner join connected_records on records.record_key = connected_records.record_key
    left join clusters on records.record_key = clusters.node

),

{#
    The customer is named after the record that was loaded first: that record stays the
    first whatever joins later, so the id survives merges and full refreshes.
#}
int_customer_records_resolved as (

    select
        record_key,
        source_name,
        source_record_id,
        md5(
            first_value(record_key) over (
                partition by cluster_key
                order by _first_loaded_at, record_key
                rows between unbounded preceding and unbounded following
            )
        ) as customer_id,
        registered_at,
        _first_loaded_at
    from clustered

)

select * from int_customer_records_resolved
