{{ config(schema = 'pii') }}

with

customers as (

    select * from {{ ref('int_customers_unified') }}

),

customer_contacts as (

    select
        customer_id,
        full_name,
        email,
        phone,
        address,
        postcode,
        city,
        country_code,
        birth_date
    from customers

)

select * from customer_contacts
