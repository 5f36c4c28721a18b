with

movements as (

    select * from {{ ref('int_revenue_movements_booked') }}
    where is_first_order

),

int_customers_acquired as (

    select
        ---------- ids
        customer_id,

        ---------- strings
        country_code,
        acquisition_channel,

        ---------- dates
        booked_date as acquired_date,
        month_start_date

    from movements

)

select * from int_customers_acquired
