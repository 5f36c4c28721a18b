with

tickets as (

    select * from {{ ref('stg_crm__tickets') }}

),

resolved_records as (

    select * from {{ ref('int_customer_records_resolved') }}

),

as_of as (

    select * from {{ ref('int_as_of_date') }}

),

int_tickets_aggregated_to_customer as (

    select
        resolved_records.customer_id,
        count(*) as ticket_count,
        count(*) filter (
            where
            tickets.closed_at is null
            or cast(tickets.closed_at as date) > as_of.as_of_date
        ) as open_ticket_count,
        max(tickets.opened_at) as last_ticket_at
    from tickets
    inner join resolved_records
        on
            resolved_records.source_name = 'crm'
            and tickets.contact_id = resolved_records.source_record_id
    cross join as_of
    where
        not tickets.is_deleted
        and cast(tickets.opened_at as date) <= as_of.as_of_date
    group by resolved_records.customer_id

)

select * from int_tickets_aggregated_to_customer
