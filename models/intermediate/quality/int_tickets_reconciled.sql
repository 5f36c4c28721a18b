with

staged_tickets as (

    select * from {{ ref('stg_crm__tickets') }}

),

as_of_date as (

    select * from {{ ref('int_as_of_date') }}

),

tickets as (

    select * from {{ ref('int_tickets_identified') }}

),

{# Every contact that a ticket names is a customer's: only none is unknown. #}
records as (

    select
        'crm.tickets' as table_name,
        'records_staging_to_facts' as measure,
        case
            when staged_tickets.is_deleted then 'deleted'
            when staged_tickets.opened_at is null then 'undated'
            when cast(staged_tickets.opened_at as date) > as_of_date.as_of_date
                then 'after_as_of_date'
            when staged_tickets.contact_id is null then 'unknown_customer'
        end as reason,
        1 as record_value,
        cast(
            coalesce(staged_tickets.opened_at, staged_tickets._changed_at) as date
        ) as day_date
    from staged_tickets
    cross join as_of_date

),

results as (

    select
        'crm.tickets' as table_name,
        'records_staging_to_facts' as measure,
        1 as record_value,
        cast(opened_at as date) as day_date
    from tickets

),

int_tickets_reconciled as (

    {{ reconciliation_entries('records', 'results') }}

)

select * from int_tickets_reconciled
