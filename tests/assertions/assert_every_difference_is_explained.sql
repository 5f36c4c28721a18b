-- Fails when records or money get lost, or are there twice, between two steps: when a
-- difference is left that no reason explains. docs/reconciliation.md says what to do.

with

reconciliation as (

    select * from {{ ref('reconciliation') }}

)

select
    table_name,
    measure,
    source_value,
    mart_value,
    explained_difference,
    unexplained_difference,
    day_date
from reconciliation
where unexplained_difference <> 0
