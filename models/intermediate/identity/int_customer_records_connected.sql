with

records as (

    select * from {{ ref('int_customer_records_normalized') }}

),

grouped_records as (

    select * from {{ ref('int_customer_records_grouped') }}

),

connected_groups as (

    select * from {{ ref('int_customer_groups_connected') }}

),

{# Groups have the name of their first record; one without links is a group, too. #}
int_customer_records_connected as (

    select
        records.record_key,
        coalesce(
            connected_groups.component, grouped_records.component, records.record_key
        ) as component
    from records
    left join grouped_records
        on records.record_key = grouped_records.node
    left join connected_groups
        on
            coalesce(grouped_records.component, records.record_key)
            = connected_groups.node

)

select * from int_customer_records_connected
