{#-
    A triangle without gaps: from the month of the first orders to the last one. Whose first
    order is older than the calendar is in no cohort.
-#}

with

acquired_customers as (

    select * from {{ ref('int_customers_acquired') }}

),

months as (

    select * from {{ ref('int_kpi_months_listed') }}
    where country_code = 'all' and acquisition_channel = 'all'

),

cohorts as (

    select
        acquired_customers.month_start_date as cohort_month_date,
        count(*) as cohort_customer_count
    from acquired_customers
    inner join months
        on acquired_customers.month_start_date = months.month_start_date
    group by acquired_customers.month_start_date

),

int_cohort_months_listed as (

    select
        cohorts.cohort_month_date,
        cohorts.cohort_customer_count,
        {{ month_count('cohorts.cohort_month_date', 'months.month_start_date') }}
            as months_since_first_order,
        months.is_complete_period,
        months.month_start_date
    from cohorts
    inner join months on cohorts.cohort_month_date <= months.month_start_date

)

select * from int_cohort_months_listed
