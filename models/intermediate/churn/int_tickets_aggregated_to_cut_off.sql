with

tickets as (

    select * from {{ ref('int_tickets_identified') }}

),

cut_offs as (

    select * from {{ ref('int_cut_offs_listed') }}

),

known_tickets as (

    select
        tickets.customer_id,
        tickets.satisfaction_score,
        tickets.closed_at is not null
        and cast(tickets.closed_at as date) <= cut_offs.cut_off_date as is_closed,
        cut_offs.cut_off_date
    from tickets
    inner join cut_offs
        on cast(tickets.opened_at as date) <= cut_offs.cut_off_date

),

{# Customers rate a ticket when it is closed: before, its score was not known. #}
int_tickets_aggregated_to_cut_off as (

    select
        customer_id,
        cut_off_date,
        count(*) as ticket_count,
        count(*) filter (where not is_closed) as open_ticket_count,
        avg(cast(satisfaction_score as double)) filter (
            where is_closed
        ) as mean_satisfaction_score
    from known_tickets
    group by customer_id, cut_off_date

)

select * from int_tickets_aggregated_to_cut_off
