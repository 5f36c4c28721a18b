{#- A cut-off after the as-of date would ask for what is not known yet. -#}

with

as_of_date as (

    select * from {{ ref('int_as_of_date') }}

),

requested_dates as (

    select as_of_date as cut_off_date from as_of_date
    {%- for cut_off_date in var('as_of_dates') %}

    union all

    select cast('{{ cut_off_date }}' as date) as cut_off_date
    {%- endfor %}

),

int_cut_offs_listed as (

    select
        requested_dates.cut_off_date,
        max(as_of_date.as_of_date) as as_of_date
    from requested_dates
    inner join as_of_date
        on requested_dates.cut_off_date <= as_of_date.as_of_date
    group by requested_dates.cut_off_date

)

select * from int_cut_offs_listed
