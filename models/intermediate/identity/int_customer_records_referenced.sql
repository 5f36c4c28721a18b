{#-
    Ids of customers that no customer table delivered: an order, an event, a ticket, a
    consent or a CRM merge names them. They are customers, too.
-#}

with

commerce_customers as (

    select * from {{ ref('stg_commerce__customers') }}

),

events as (

    select * from {{ ref('stg_commerce__events') }}

),

contacts as (

    select * from {{ ref('stg_crm__contacts') }}

),

tickets as (

    select * from {{ ref('stg_crm__tickets') }}

),

consents as (

    select * from {{ ref('stg_crm__consents') }}

),

shop_customers as (

    select * from {{ ref('stg_shop__customers') }}

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

delivered as (

    select
        'commerce' as source_name,
        customer_id as source_record_id
    from commerce_customers

    union all

    select
        'crm' as source_name,
        contact_id as source_record_id
    from contacts

    union all

    select
        'shop' as source_name,
        customer_id as source_record_id
    from shop_customers

),

int_customer_records_referenced as (

    select
        references_made.source_name,
        references_made.source_record_id,
        min(references_made.referenced_at) as first_referenced_at,
        min(references_made._first_loaded_at) as _first_loaded_at
    from references_made
    left join delivered
        on
            references_made.source_name = delivered.source_name
            and references_made.source_record_id = delivered.source_record_id
    where
        references_made.source_record_id is not null
        and delivered.source_record_id is null
    group by references_made.source_name, references_made.source_record_id

)

select * from int_customer_records_referenced
