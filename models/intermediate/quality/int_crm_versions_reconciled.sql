{%- set staged_tables = [
    ('crm.campaign_spend', ref('stg_crm__campaign_spends'), 'campaign_spend_id'),
    ('crm.consents', ref('stg_crm__consents'), 'consent_id'),
    ('crm.contacts', ref('stg_crm__contacts'), 'contact_id'),
    ('crm.tickets', ref('stg_crm__tickets'), 'ticket_id')
] -%}
{%- set amounts = {'crm.campaign_spend': 'spend_amount'} -%}

with

record_versions as (

    select * from {{ ref('stg_ingestion__record_versions') }}
    where split_part(table_name, '.', 1) = 'crm'

),

staged_versions as (

    {% for table_name, relation, key in staged_tables %}
        select
            '{{ table_name }}' as table_name,
            {{ key }} as source_record_id,
            cast({{ 'currency_code' if table_name in amounts else 'null' }} as string)
                as currency_code,
            cast({{ amounts.get(table_name, 'null') }} as decimal(18, 4))
                as record_amount,
            _loaded_at,
            _source_position
        from {{ relation }}
        {{ "union all" if not loop.last }}
    {% endfor %}

),

{{ reconciled_versions(amount_names={'crm.campaign_spend': 'spend_amount'}) }},

int_crm_versions_reconciled as (

    select
        table_name,
        measure,
        entry_name,
        entry_value,
        day_date
    from reconciled_versions

)

select * from int_crm_versions_reconciled
