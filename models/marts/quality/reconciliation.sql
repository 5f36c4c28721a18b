{#-
    The explained difference is the sum of reasons that were counted from the records that
    fell out, so that whatever else is lost, or there twice, is left over.
-#}

with

loads_and_versions as (

    select * from {{ ref('int_loads_and_versions_reconciled') }}

),

facts as (

    select * from {{ ref('int_facts_reconciled') }}

),

kpis as (

    select * from {{ ref('int_kpis_reconciled') }}

),

entries as (

    select * from loads_and_versions

    union all

    select * from facts

    union all

    select * from kpis

),

compared as (

    select
        table_name,
        measure,
        {% for column_name, condition in [
            ('source_value', "= 'source_value'"),
            ('mart_value', "= 'mart_value'"),
            ('explained_difference', "not in ('source_value', 'mart_value')")
        ] -%}
            cast(
                coalesce(sum(entry_value) filter (where entry_name {{ condition }}), 0)
                as decimal(28, 4)
            ) as {{ column_name }},
        {% endfor -%}
        day_date
    from entries
    group by table_name, measure, day_date

),

reconciliation as (

    select
        ---------- strings
        table_name,
        measure,

        ---------- numerics
        source_value,
        mart_value,
        explained_difference,
        cast(source_value - mart_value - explained_difference as decimal(28, 4))
            as unexplained_difference,

        ---------- dates
        day_date

    from compared

)

select * from reconciliation
