{#-
    What each source said of a customer, and from when to when. Values are normalised as
    for today's customers, as far as versions were recorded.
-#}

with

commerce_versions as (

    select * from {{ ref('snap_commerce__customers') }}

),

crm_versions as (

    select * from {{ ref('snap_crm__contacts') }}

),

shop_versions as (

    select * from {{ ref('snap_shop__customers') }}

),

resolved_records as (

    select * from {{ ref('int_customer_records_resolved') }}

),

country_aliases as (

    select * from {{ ref('country_aliases') }}

),

versions as (

    select
        'commerce' as source_name,
        customer_id as source_record_id,
        country,
        city,
        gender,
        acquisition_channel,
        cast(null as string) as crm_lifecycle_stage,
        is_deleted,
        dbt_valid_from,
        dbt_valid_to
    from commerce_versions

    union all

    select
        'crm' as source_name,
        contact_id as source_record_id,
        country,
        city,
        gender,
        cast(null as string) as acquisition_channel,
        crm_lifecycle_stage,
        is_deleted,
        dbt_valid_from,
        dbt_valid_to
    from crm_versions

    union all

    select
        'shop' as source_name,
        customer_id as source_record_id,
        country,
        city,
        gender,
        cast(null as string) as acquisition_channel,
        cast(null as string) as crm_lifecycle_stage,
        is_deleted,
        dbt_valid_from,
        dbt_valid_to
    from shop_versions

),

{#
    A record that is only named by others, say by an order, has no versions: it holds,
    knowing nothing, since it was first named.
#}
int_customer_versions_unioned as (

    select
        resolved_records.record_key,
        resolved_records.customer_id,

        country_aliases.country_code,
        versions.city,
        {{ normalize_gender('versions.gender') }} as gender,
        versions.acquisition_channel,
        versions.crm_lifecycle_stage,

        coalesce(versions.is_deleted, false) as is_deleted,

        coalesce(
            versions.dbt_valid_from,
            resolved_records.registered_at,
            resolved_records._first_loaded_at
        ) as valid_from,
        versions.dbt_valid_to as valid_to

    from resolved_records

    left join versions
        on
            resolved_records.source_name = versions.source_name
            and resolved_records.source_record_id = versions.source_record_id

    left join country_aliases
        on {{ lower_text('trim(versions.country)') }} = country_aliases.alias

)

select * from int_customer_versions_unioned
