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

reconciliation_reasons as (

    select
        ---------- strings
        table_name,
        measure,
        entry_name as reason,

        ---------- numerics
        entry_value as explained_value,

        ---------- dates
        day_date

    from entries
    where entry_name not in ('source_value', 'mart_value')

)

select * from reconciliation_reasons
