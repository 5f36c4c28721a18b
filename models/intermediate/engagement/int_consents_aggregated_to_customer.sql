{#-
    The newest statement of each contact counts, and the most restrictive contact of a
    customer decides. A customer who stated nothing is not here: unknown is not granted.
-#}

with

consents as (

    select * from {{ ref('stg_crm__consents') }}

),

resolved_records as (

    select * from {{ ref('int_customer_records_resolved') }}

),

as_of_date as (

    select * from {{ ref('int_as_of_date') }}

),

ranked_statements as (

    select
        consents.contact_id,
        consents.channel,
        consents.purpose,
        consents.status,
        row_number() over (
            partition by consents.contact_id, consents.channel, consents.purpose
            order by
                consents.consented_at desc,
                consents._changed_at desc,
                consents.consent_id desc
        ) as statement_rank
    from consents
    inner join as_of_date
        on cast(consents.consented_at as date) <= as_of_date.as_of_date
    where not consents.is_deleted

),

int_consents_aggregated_to_customer as (

    select
        resolved_records.customer_id,
        ranked_statements.channel,
        ranked_statements.purpose,
        bool_and(coalesce(ranked_statements.status = 'granted', false)) as is_granted
    from ranked_statements
    inner join resolved_records
        on
            resolved_records.source_name = 'crm'
            and ranked_statements.contact_id = resolved_records.source_record_id
    where ranked_statements.statement_rank = 1
    group by
        resolved_records.customer_id,
        ranked_statements.channel,
        ranked_statements.purpose

)

select * from int_consents_aggregated_to_customer
