with

records as (

    select * from {{ ref('int_customer_records_normalized') }}

),

{#
    All records are counted as the value `*` of the attribute `record`: how likely it is
    that any two are one person depends on how many there are.
#}
int_customer_value_frequencies_counted as (

    {% for attribute, column_name in [
        ('given_name', 'given_name'),
        ('family_name', 'family_name'),
        ('postcode', 'postcode_key'),
        ('address', 'address_key'),
        ('city', 'city_key')
    ] %}
        select
            '{{ attribute }}' as attribute,
            {{ column_name }} as value,
            count(*) as record_count,
            cast(sum(count(*)) over () as bigint) as population_count
        from records
        where {{ column_name }} is not null
        group by {{ column_name }}

        union all
    {% endfor %}

    select
        'record' as attribute,
        '*' as value,
        count(*) as record_count,
        count(*) as population_count
    from records

)

select * from int_customer_value_frequencies_counted
