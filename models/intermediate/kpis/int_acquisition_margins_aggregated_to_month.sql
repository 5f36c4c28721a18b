{#-
    What the customers acquired in a month have earned, by how many months later: the
    margin of all their valid orders, wherever they were placed, in the month of the order.
-#}

with

acquired_customers as (

    select * from {{ ref('int_customers_acquired') }}

),

movements as (

    select * from {{ ref('int_revenue_movements_booked') }}

),

{# Engines agree on the months between two first days, and on no others. #}
earned as (

    select
        acquired_customers.month_start_date,
        acquired_customers.country_code,
        acquired_customers.acquisition_channel,
        {{ month_count(
            'acquired_customers.month_start_date', 'movements.month_start_date'
        ) }} as months_since_acquisition,
        movements.margin_amount
    from acquired_customers
    inner join movements on acquired_customers.customer_id = movements.customer_id

),

aggregated as (

    select
        month_start_date,
        months_since_acquisition,
        coalesce(country_code, 'all') as country_code,
        coalesce(acquisition_channel, 'all') as acquisition_channel,
        {{ sum_amount('margin_amount') }} as earned_margin_amount
    from earned
    group by {{ kpi_levels(['month_start_date', 'months_since_acquisition']) }}

),

{# Unknown from the first month on whose margin is unknown. #}
int_acquisition_margins_aggregated_to_month as (

    select
        month_start_date,
        country_code,
        acquisition_channel,
        months_since_acquisition,
        earned_margin_amount,
        case
            when
                count(earned_margin_amount) over (
                    partition by month_start_date, country_code, acquisition_channel
                    order by months_since_acquisition
                ) = row_number() over (
                    partition by month_start_date, country_code, acquisition_channel
                    order by months_since_acquisition
                )
                then cast(
                        sum(earned_margin_amount) over (
                            partition by
                                month_start_date, country_code, acquisition_channel
                            order by months_since_acquisition
                        ) as decimal(18, 4)
                    )
        end as cumulative_margin_amount
    from aggregated

)

select * from int_acquisition_margins_aggregated_to_month
