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

ranked_statements as (

    select
        contact_id,
        channel,
        purpose,
        status,
        row_number() over (
            partition by contact_id, channel, purpose
            order by consented_at desc, _changed_at desc, consent_id desc
        ) as statement_rank
    from consents
    where not is_deleted

),

int_consents_aggregated_to_customer as (

    select
        resolved_records.customer_id,
        ranked_statements.channel,
        ranked_statements.purpose,
        bool_and(ranked_statements.status = 'granted') as is_granted
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
