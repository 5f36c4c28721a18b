{#
    The one place where "today" is decided. Only times that the sources wrote count, not
    load times: loading the same records a week later must give the same marts.
-#}

{%- set recorded_times = [
    (ref('stg_commerce__customers'), 'registration_date', 'updated_at, deleted_at'),
    (ref('stg_commerce__events'), 'occurred_at', 'received_at'),
    (ref('stg_commerce__exchange_rates'), 'rate_date', 'null'),
    (ref('stg_crm__contacts'), 'created_at', 'updated_at, deleted_at'),
    (ref('stg_crm__tickets'), 'opened_at', 'updated_at, deleted_at'),
    (ref('stg_crm__campaign_spends'), 'spend_date', 'updated_at, deleted_at'),
    (ref('stg_crm__consents'), 'consented_at', 'updated_at, deleted_at'),
    (ref('stg_shop__customers'), 'created_at', 'updated_at, deleted_at'),
    (ref('stg_shop__products'), 'updated_at', 'null'),
    (ref('stg_shop__orders'), 'ordered_at', 'updated_at'),
    (ref('stg_shop__order_lines'), 'updated_at', 'null'),
    (ref('stg_shop__refunds'), 'refunded_at', 'updated_at')
] -%}

with

recorded_times as (

    {% for relation, happened_at, recorded_at in recorded_times %}
        select
            cast({{ happened_at }} as timestamp) as happened_at,
            greatest(
                cast({{ happened_at }} as timestamp), {{ recorded_at }}
            ) as recorded_at,
            _loaded_at
        from {{ relation }}
        {{ "union all" if not loop.last }}
    {% endfor %}

),

{#
    Nothing can be recorded after it was loaded. A slip such as the year 2052 must not
    become today; a day of grace forgives clocks that run ahead.
#}
plausible_times as (

    select
        cast(happened_at as date) as happened_date,
        cast(recorded_at as date) as recorded_date
    from recorded_times
    where cast(recorded_at as date) <= date_add(cast(_loaded_at as date), 1)

),

int_as_of_date as (

    select
        coalesce(
            {{ date_var('as_of_date') }}, max(recorded_date)
        ) as as_of_date,
        min(happened_date) as first_recorded_date
    from plausible_times

)

select * from int_as_of_date
