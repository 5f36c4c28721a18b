"""Planted breaks of the SQL that only planted records show."""

from tests.python.oracle.mutations import KPIS, MARTS, ORDERS, Mutation

RESTATEMENTS = "models/intermediate/restatements/"

_PLACES_OF_ORDERS = [
    Mutation(
        "orders numbered by time, whatever the day of the market",
        f"{ORDERS}int_orders_validated.sql",
        "order by order_date, ordered_at, order_id",
        "order by ordered_at, order_id",
    ),
    Mutation(
        "the last of two orders at once as the first",
        f"{ORDERS}int_orders_validated.sql",
        "order by order_date, ordered_at, order_id",
        "order by order_date, ordered_at, order_id desc",
    ),
]

_MONEY = [
    Mutation(
        "free orders with a refund left out",
        f"{ORDERS}int_orders_validated.sql",
        "{{ is_refunded_in_full('total_amount', 'refunded_amount_original') }}",
        "coalesce(refunded_amount_original > 0"
        " and refunded_amount_original >= total_amount, false)",
    ),
    Mutation(
        "free orders with a refund of nothing left out",
        f"{ORDERS}int_orders_validated.sql",
        "{{ is_refunded_in_full('total_amount', 'refunded_amount_original') }}",
        "coalesce(refund_count > 0"
        " and refunded_amount_original >= total_amount, false)",
    ),
    Mutation(
        "refunds without a rate taken as zero",
        f"{ORDERS}int_orders_converted.sql",
        """{{ amount_or_zero(
            'refunds_by_order.refunded_amount', 'refunds_by_order.order_id'
        ) }}""",
        "coalesce(refunds_by_order.refunded_amount, cast(0 as decimal(18, 4)))",
    ),
    Mutation(
        "refunds without a rate left out of the month",
        f"{KPIS}int_revenue_aggregated_to_month.sql",
        "{{ sum_amount('refunded_amount') }}",
        "cast(sum(refunded_amount) as decimal(18, 4))",
    ),
    Mutation(
        "spend without a rate taken as zero",
        f"{KPIS}int_kpi_months_measured.sql",
        "{{ amount_or_zero('spends.marketing_spend_amount', 'spends.country_code') }}",
        "coalesce(spends.marketing_spend_amount, cast(0 as decimal(18, 4)))",
    ),
    Mutation(
        "spend without a rate left out of the month",
        f"{KPIS}int_campaign_spends_aggregated_to_month.sql",
        "{{ sum_amount('marketing_spend_amount') }}",
        "cast(sum(marketing_spend_amount) as decimal(18, 4))",
    ),
    Mutation(
        "archived spend counted",
        f"{KPIS}int_campaign_spends_converted.sql",
        "where not campaign_spends.is_deleted",
        "where true",
    ),
    Mutation(
        "the inverse of the other direction although both are quoted",
        f"{ORDERS}int_exchange_rates_carried.sql",
        "order by is_inverse",
        "order by is_inverse desc",
    ),
    Mutation(
        "an old rate of the pair although a cross is fresher",
        f"{ORDERS}int_exchange_rates_resolved.sql",
        "order by rate_age_days, path_preference",
        "order by path_preference, rate_age_days",
    ),
]

_PERIODS = [
    Mutation(
        "sessions in which a mail was only opened",
        f"{KPIS}int_engagement_aggregated_to_month.sql",
        "where is_activity and session_id is not null",
        "where session_id is not null",
    ),
    Mutation(
        "no month that only a market has begun",
        f"{KPIS}int_kpi_months_listed.sql",
        """greatest(
            {{ month_start('max(as_of_date.as_of_date)') }},
            max(measured_months.order_month_date)
        )""",
        "{{ month_start('max(as_of_date.as_of_date)') }}",
        shows_on="whole",
    ),
]

_RESTATEMENTS = [
    Mutation(
        "a month over on its last day",
        f"{MARTS}kpi_restatements.sql",
        "< batches.known_before_date",
        "<= batches.known_before_date",
    ),
    Mutation(
        "a month ended by the batch that changes it",
        f"{RESTATEMENTS}int_shop_batches_landed.sql",
        "rows between unbounded preceding and 1 preceding",
        "rows between unbounded preceding and current row",
    ),
    Mutation(
        "months ended by a slip",
        f"{RESTATEMENTS}int_shop_batches_landed.sql",
        "cast(recorded_at as date) <= date_add(cast(_loaded_at as date), 1)\n",
        "_loaded_at is not null\n",
        shows_on="whole",
    ),
    Mutation(
        "two changes of an order as two orders",
        f"{MARTS}kpi_restatements.sql",
        "count(distinct order_id)",
        "count(*)",
    ),
    Mutation(
        "another month said before another country",
        f"{MARTS}kpi_restatements.sql",
        "compared_states.country_code\n"
        "                            <> compared_states.previous_country_code\n",
        "compared_states.country_code\n"
        "                            <> compared_states.previous_country_code\n"
        "                            and compared_states.order_month_date\n"
        "                            = compared_states.previous_order_month_date\n",
    ),
    Mutation(
        "cancelled said to be refunded",
        f"{MARTS}kpi_restatements.sql",
        "when compared_states.is_cancelled then 'cancelled'",
        "when false then 'cancelled'",
    ),
    Mutation(
        "refunds of cancelled orders not taken back",
        f"{RESTATEMENTS}int_revenue_changes_landed.sql",
        "-refunded_amount as refunded_amount",
        "cast(0 as decimal(18, 4)) as refunded_amount",
    ),
    Mutation(
        "the latest version in all batches",
        f"{RESTATEMENTS}int_order_states_landed.sql",
        "and order_batches.batch_number >= numbered_versions.batch_number",
        "and numbered_versions.batch_number > 0",
    ),
    Mutation(
        "the first version in all batches",
        f"{RESTATEMENTS}int_order_states_landed.sql",
        "numbered_versions._changed_at desc",
        "numbered_versions._changed_at",
    ),
    Mutation(
        "the first version of a refund in all batches",
        f"{RESTATEMENTS}int_refund_states_landed.sql",
        "numbered_versions._changed_at desc",
        "numbered_versions._changed_at",
    ),
    Mutation(
        "versions without a country in the country of today",
        f"{RESTATEMENTS}int_order_versions_valued.sql",
        "country_aliases.country_code, customers.country_code, 'ZZ'",
        "country_aliases.country_code, orders.country_code, customers.country_code",
    ),
    Mutation(
        "versions valued at the rate of another day",
        f"{RESTATEMENTS}int_order_versions_valued.sql",
        "and dated_versions.order_date = exchange_rates.rate_date",
        "and date_add(dated_versions.order_date, -3) = exchange_rates.rate_date",
    ),
]

PLANTED_MUTATIONS = [*_PLACES_OF_ORDERS, *_MONEY, *_PERIODS, *_RESTATEMENTS]
