{#-
    The clock of identities. What belongs together can change with a new version of any
    record, the first mention of an id, a decision, or how common values are: whenever it
    changes, one of these tables has got something new. Only a change of rules or seeds
    does not move it.
-#}

{%- set staged_records = [
    ref('stg_commerce__customers'),
    ref('stg_commerce__events'),
    ref('stg_crm__contacts'),
    ref('stg_crm__tickets'),
    ref('stg_crm__consents'),
    ref('stg_shop__customers'),
    ref('stg_shop__orders'),
    ref('stg_stewardship__identity_decisions'),
    ref('stg_stewardship__value_frequencies')
] -%}

with

newest_loads as (

    {% for relation in staged_records %}
        select max(_loaded_at) as loaded_at from {{ relation }}
        {{ "union all" if not loop.last }}
    {% endfor %}

),

int_customer_records_loaded as (

    select max(loaded_at) as last_loaded_at from newest_loads

)

select * from int_customer_records_loaded
