with

tickets as (

    select * from {{ ref('stg_crm__tickets') }}

),

customer_records as (

    select * from {{ ref('int_customer_records_resolved') }}
    where source_name = 'crm'

),

as_of_date as (

    select * from {{ ref('int_as_of_date') }}

),

int_tickets_identified as (

    select
        ---------- ids
        tickets.ticket_id,
        customer_records.customer_id,

        ---------- numerics
        tickets.satisfaction_score,

        ---------- timestamps
        tickets.opened_at,
        case
            when cast(tickets.closed_at as date) <= as_of_date.as_of_date
                then tickets.closed_at
        end as closed_at

    from tickets
    inner join as_of_date
        on cast(tickets.opened_at as date) <= as_of_date.as_of_date
    inner join customer_records
        on tickets.contact_id = customer_records.source_record_id
    where not tickets.is_deleted

)

select * from int_tickets_identified
