{#-
    Ids of customers that orders, events, tickets and consents name. Most have a record of
    their own; one that no customer table delivered is a customer, too.
-#}

with

events as (

    select * from {{ ref('stg_commerce__events') }}

),

tickets as (

    select * from {{ ref('stg_crm__tickets') }}

),

consents as (

    select * from {{ ref('stg_crm__consents') }}

),

orders as (

    select * from {{ ref('stg_shop__orders') }}

),

references_made as (

    select
        'commerce' as source_name,
        customer_id as source_record_id,
        occurred_at as referenced_at,
        _first_loaded_at
    from events

    union all

    select
        'crm' as source_name,
        contact_id as source_record_id,
        opened_at as referenced_at,
        _first_loaded_at
    from tickets

    union all

    select
        'crm' as source_name,
        contact_id as source_record_id,
        consented_at as referenced_at,
        _first_loaded_at
    from consents

    union all

    select
        'shop' as source_name,
        customer_id as source_record_id,
        ordered_at as referenced_at,
        _first_loaded_at
    from orders

),

int_customer_records_referenced as (

    select
        source_name,
        source_record_id,
        min(referenced_at) as first_referenced_at,
        min(_first_loaded_at) as _first_loaded_at
    from references_made
    where source_record_id is not null
    group by source_name, source_record_id

)

select * from int_customer_records_referenced
