{#-
    A customer is several records that change at different times. Whenever one of them
    changes, the customer is put together anew from the versions that hold then, by the
    same survivorship as today's customers.
-#}

with

versions as (

    select * from {{ ref('int_customer_versions_unioned') }}

),

change_points as (

    select
        customer_id,
        valid_from

    from versions

    group by customer_id, valid_from

),

ranked_versions as (

    select
        change_points.customer_id,
        change_points.valid_from,
        versions.country_code,
        versions.city,
        versions.gender,
        versions.acquisition_channel,
        versions.crm_lifecycle_stage,
        versions.is_deleted,
        row_number() over (
            partition by change_points.customer_id, change_points.valid_from
            order by
                versions.is_deleted desc,
                versions.valid_from asc,
                versions.record_key asc
        ) as survivorship_rank

    from change_points

    inner join versions
        on
            change_points.customer_id = versions.customer_id
            and change_points.valid_from >= versions.valid_from
            and (
                change_points.valid_from < versions.valid_to
                or versions.valid_to is null
            )

),

states as (

    select
        customer_id,
        valid_from,
        coalesce({{ survivor('country_code') }}, 'ZZ') as country_code,
        {{ survivor('city') }} as city,
        {{ survivor('gender') }} as gender,
        coalesce({{ survivor('acquisition_channel') }}, 'unknown')
            as acquisition_channel,
        {{ survivor('crm_lifecycle_stage') }} as crm_lifecycle_stage,
        cast(count(*) as int) as source_record_count,
        bool_and(is_deleted) as is_deleted

    from ranked_versions

    group by customer_id, valid_from

),

fingerprinted_states as (

    select
        *,
        {#- Control characters stand for null and between values: no text has them. -#}
        concat_ws(
            chr(31),
            country_code,
            coalesce(city, chr(30)),
            coalesce(gender, chr(30)),
            acquisition_channel,
            coalesce(crm_lifecycle_stage, chr(30)),
            cast(source_record_count as string),
            cast(is_deleted as string)
        ) as fingerprint

    from states

),

compared_states as (

    select
        *,
        lag(fingerprint) over (
            partition by customer_id order by valid_from
        ) as previous_fingerprint

    from fingerprinted_states

),

{# A change that no attribute shows, such as of a phone number, opens no interval. -#}
changed_states as (

    select
        *,
        lead(valid_from) over (
            partition by customer_id order by valid_from
        ) as valid_to

    from compared_states

    where fingerprint is distinct from previous_fingerprint

),

customer_history as (

    select
        customer_id,

        country_code,
        city,
        gender,
        acquisition_channel,
        crm_lifecycle_stage,

        source_record_count,

        is_deleted,
        valid_to is null as is_current,

        valid_from,
        valid_to

    from changed_states

)

select * from customer_history
