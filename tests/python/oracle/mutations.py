"""Planted breaks of the SQL, one at a time: the usual errors of KPIs."""

from typing import NamedTuple

ORDERS, KPIS = "models/intermediate/orders/", "models/intermediate/kpis/"
SEGMENTS = "models/intermediate/segments/"
ENGAGEMENT, MARTS = "models/intermediate/engagement/", "models/marts/kpis/"


class Mutation(NamedTuple):
    """One break.

    Attributes:
        error: What it is.
        file: Model that is broken.
        old: Text that the model has once.
        new: What it becomes.
        shows_on: The platform on which it shows: `cut` or `whole`.
    """

    error: str
    file: str
    old: str
    new: str
    shows_on: str = "cut"

    @property
    def model(self) -> str:
        """Name of the model."""
        return self.file.rsplit("/", 1)[1].removesuffix(".sql")


MUTATIONS = [
    Mutation(
        "retention as (E - N) / S",
        f"{MARTS}kpi_monthly.sql",
        "safe_ratio('retained_customer_count', 'previous_active_customer_count')",
        "safe_ratio('active_customer_count - new_customer_count',"
        " 'previous_active_customer_count')",
    ),
    Mutation(
        "the average of averages",
        f"{MARTS}kpi_monthly.sql",
        "{{ average_amount('gross_revenue_amount', 'order_count') }}",
        "cast(avg(case when order_count > 0 then gross_revenue_amount / order_count"
        " end) over (partition by month_start_date, level_name) as decimal(18, 4))",
    ),
    Mutation(
        "a month with days to come called complete",
        f"{KPIS}int_kpi_months_listed.sql",
        "last_day(month_start_date) <= as_of_date as is_complete_period",
        "month_start_date <= as_of_date as is_complete_period",
    ),
    Mutation(
        "refunds in the month of the order",
        f"{KPIS}int_revenue_movements_booked.sql",
        "{{ month_start('movements.booked_date') }}",
        "{{ month_start('orders.order_date') }}",
    ),
    Mutation(
        "cancelled orders counted",
        f"{ORDERS}int_orders_validated.sql",
        "not is_cancelled and not is_refunded_in_full as is_valid",
        "not is_refunded_in_full as is_valid",
    ),
    Mutation(
        "a join fans out over the refunds of an order",
        f"{ORDERS}int_orders_converted.sql",
        "left join refunds_by_order on",
        "left join refunds on orders.order_id = refunds.order_id\n"
        "    left join refunds_by_order on",
    ),
    Mutation(
        "days of UTC instead of the market's",
        f"{ORDERS}int_orders_localized.sql",
        "{{ market_date('placed_in_countries.ordered_at', 'countries.time_zone') }}",
        "cast(placed_in_countries.ordered_at as date)",
    ),
    Mutation(
        "Cairo at two hours all year",
        f"{ORDERS}int_orders_localized.sql",
        "{{ market_date('placed_in_countries.ordered_at', 'countries.time_zone') }}",
        "case when placed_in_countries.country_code = 'EG' then"
        " cast(placed_in_countries.ordered_at + interval '2' hour as date) else"
        " {{ market_date('placed_in_countries.ordered_at', 'countries.time_zone') }}"
        " end",
    ),
    Mutation(
        "orders after the as-of date",
        f"{ORDERS}int_orders_localized.sql",
        "on cast(orders.ordered_at as date) <= as_of_date.as_of_date",
        "on true or as_of_date.as_of_date is null",
    ),
    Mutation(
        "the country of the customer instead of the order",
        f"{ORDERS}int_orders_localized.sql",
        "country_aliases.country_code, customers.country_code, 'ZZ'",
        "customers.country_code, country_aliases.country_code, 'ZZ'",
    ),
    Mutation(
        "orders refunded in full counted",
        f"{ORDERS}int_orders_validated.sql",
        "not is_cancelled and not is_refunded_in_full as is_valid",
        "not is_cancelled as is_valid",
    ),
    Mutation(
        "free orders left out",
        f"{ORDERS}int_orders_validated.sql",
        "not is_cancelled and not is_refunded_in_full as is_valid",
        "not is_cancelled and not is_refunded_in_full and total_amount > 0 as is_valid",
    ),
    Mutation(
        "a missing rate taken as one",
        f"{ORDERS}int_orders_validated.sql",
        "else converted_total_amount\n",
        "else coalesce(converted_total_amount, total_amount)\n",
    ),
    Mutation(
        "a missing rate taken as zero",
        f"{ORDERS}int_orders_validated.sql",
        "else converted_total_amount\n",
        "else coalesce(converted_total_amount, 0)\n",
    ),
    Mutation(
        "margin of net revenue where costs are known",
        f"{ORDERS}int_orders_validated.sql",
        "when cost_amount is not null\n",
        "when cost_amount is not null and false\n",
    ),
    Mutation(
        "the rate of the day before",
        f"{ORDERS}int_orders_converted.sql",
        "and orders.order_date = exchange_rates.rate_date",
        "and date_add(orders.order_date, -1) = exchange_rates.rate_date",
    ),
    Mutation(
        "rates carried for a day too long",
        f"{ORDERS}int_exchange_rates_carried.sql",
        """
                        {{ var('max_rate_age_days') }},
                        coalesce(
                            datediff(next_rate_date, rate_date) - 1,
                            {{ var('max_rate_age_days') }}
                        )
""",
        """
                        {{ var('max_rate_age_days') }} + 1,
                        coalesce(
                            datediff(next_rate_date, rate_date) - 1,
                            {{ var('max_rate_age_days') }} + 1
                        )
""",
    ),
    Mutation(
        "the refund at the rate of the order's currency",
        f"{ORDERS}int_refunds_converted.sql",
        "known_refunds.currency_code = refund_rates.currency_code",
        "known_refunds.order_currency_code = refund_rates.currency_code",
    ),
    Mutation(
        "the refund on the day of the order",
        f"{ORDERS}int_refunds_converted.sql",
        "{{ market_date('refunds.refunded_at', 'orders.time_zone') }}",
        "orders.order_date",
    ),
    Mutation(
        "orders that are not valid booked, with their refunds",
        f"{KPIS}int_revenue_movements_booked.sql",
        "where is_valid and customer_id is not null",
        "where customer_id is not null",
    ),
    Mutation(
        "refunds on days of UTC",
        f"{ORDERS}int_refunds_converted.sql",
        "{{ market_date('refunds.refunded_at', 'orders.time_zone') }}",
        "cast(refunds.refunded_at as date)",
    ),
    Mutation(
        "refunds of all days, whatever the as-of date",
        f"{ORDERS}int_refunds_converted.sql",
        "on cast(refunds.refunded_at as date) <= as_of_date.as_of_date",
        "on true or as_of_date.as_of_date is null",
    ),
    Mutation(
        "reactivated counted as retained",
        f"{KPIS}int_customer_months_counted.sql",
        "where is_active and is_active_in_previous_month\n",
        "where is_active and not is_new\n",
    ),
    Mutation(
        "reactivated counted as new",
        f"{KPIS}int_customer_months_counted.sql",
        "count(*) filter (where is_new) as",
        "count(*) filter (where is_active and not is_active_in_previous_month) as",
    ),
    Mutation(
        "retention over the customers at the end",
        f"{MARTS}kpi_monthly.sql",
        "safe_ratio('retained_customer_count', 'previous_active_customer_count')",
        "safe_ratio('retained_customer_count', 'active_customer_count')",
    ),
    Mutation(
        "churn over the customers at the end",
        f"{MARTS}kpi_monthly.sql",
        "safe_ratio('churned_customer_count', 'customers_at_start_count')",
        "safe_ratio('churned_customer_count', 'customers_at_end_count')",
    ),
    Mutation(
        "revenue per customers at the end only",
        f"{MARTS}kpi_monthly.sql",
        "'customers_at_start_count + customers_at_end_count'",
        "'2 * customers_at_end_count'",
    ),
    Mutation(
        "90 days as three months",
        f"{KPIS}int_customer_months_ordered.sql",
        "on date_add(dated_months.order_date, 90) >= dated_months.month_start_date",
        "on add_months(dated_months.order_date, 3) >= dated_months.month_start_date",
    ),
    Mutation(
        "91 days at the end of a month",
        f"{KPIS}int_customer_months_ordered.sql",
        "date_add(order_date, 90) >= next_period_date",
        "date_add(order_date, 91) >= next_period_date",
    ),
    Mutation(
        "the end of an unfinished month taken from the calendar",
        f"{KPIS}int_customer_months_ordered.sql",
        "date_add(as_of_date.as_of_date, 1)",
        "date_add(as_of_date.as_of_date, 31)",
    ),
    Mutation(
        "new in each country instead of ever",
        f"{ORDERS}int_orders_validated.sql",
        "partition by customer_id, is_valid\n",
        "partition by customer_id, is_valid, country_code\n",
    ),
    Mutation(
        "customers of two countries added up in totals",
        f"{KPIS}int_customer_months_ordered.sql",
        "        orders.customer_id,\n",
        "        orders.customer_id || orders.country_code as customer_id,\n",
    ),
    Mutation(
        "the average over days that have not come",
        f"{KPIS}int_kpi_months_listed.sql",
        "least(add_months(month_start_date, 1), date_add(as_of_date, 1))",
        "add_months(month_start_date, 1)",
    ),
    Mutation(
        "a day that only a market has begun called complete",
        f"{KPIS}int_kpi_days_listed.sql",
        "dated_days.date_day <= bounds.as_of_date as is_complete_period",
        "dated_days.date_day <= bounds.last_day as is_complete_period",
    ),
    Mutation(
        "spend of every country on all countries",
        f"{KPIS}int_campaign_spends_converted.sql",
        "coalesce(country_aliases.country_code, 'ZZ') as country_code",
        "'ZZ' as country_code",
    ),
    Mutation(
        "spend at the latest rate",
        f"{KPIS}int_campaign_spends_converted.sql",
        "and campaign_spends.spend_date = exchange_rates.rate_date",
        "and exchange_rates.rate_date = as_of_date.as_of_date",
    ),
    Mutation(
        "spend of later days",
        f"{KPIS}int_campaign_spends_converted.sql",
        "on campaign_spends.spend_date <= as_of_date.as_of_date",
        "on true or as_of_date.as_of_date is null",
    ),
    Mutation(
        "visits of devices that people share",
        f"{ENGAGEMENT}int_events_identified.sql",
        "where disowned_date is null",
        "where disowned_date is null or is_stitched",
    ),
    Mutation(
        "visits of nobody counted",
        f"{ENGAGEMENT}int_events_owned.sql",
        "coalesce(customer_records.customer_id, stitched_ids.customer_id) as",
        "coalesce(customer_records.customer_id, stitched_ids.customer_id,"
        " known_events.anonymous_id) as",
    ),
    Mutation(
        "visits before the login lost",
        f"{ENGAGEMENT}int_events_owned.sql",
        "coalesce(customer_records.customer_id, stitched_ids.customer_id) as",
        "customer_records.customer_id as",
    ),
    Mutation(
        "mails that were opened as activity",
        f"{ENGAGEMENT}int_events_owned.sql",
        "not in ('email_sent', 'email_open', 'unsubscribe')",
        "not in ('email_sent', 'unsubscribe')",
    ),
    Mutation(
        "visits on days of UTC",
        f"{ENGAGEMENT}int_events_owned.sql",
        "{{ market_date('owned_events.occurred_at', 'countries.time_zone') }}",
        "cast(owned_events.occurred_at as date)",
    ),
    Mutation(
        "daily users of all months as monthly users",
        f"{KPIS}int_engagement_aggregated_to_month.sql",
        "count(*) filter (where has_acted) as monthly_active_count",
        "cast(sum(active_day_count) as bigint) as monthly_active_count",
    ),
    Mutation(
        "opened mails of customers who were sent none",
        f"{KPIS}int_engagement_aggregated_to_month.sql",
        "where has_received and has_opened",
        "where has_opened",
    ),
    Mutation(
        "channel of the order instead of the customer",
        f"{KPIS}int_revenue_movements_booked.sql",
        "customers.acquisition_channel",
        "coalesce(orders.sales_channel, 'unknown') as acquisition_channel",
    ),
    Mutation(
        "orders instead of customers retained",
        f"{MARTS}kpi_cohort_retention.sql",
        "safe_ratio('active_customer_count', 'cohort_customer_count')",
        "safe_ratio('order_count', 'cohort_customer_count')",
    ),
    Mutation(
        "zero for months that are not over",
        f"{MARTS}kpi_cohort_retention.sql",
        "when cohort_months.is_complete_period\n"
        "                then coalesce(measures.active_customer_count, 0)\n",
        "when true\n                then coalesce(measures.active_customer_count, 0)\n",
    ),
    Mutation(
        "paid customers everywhere once money was spent anywhere",
        f"{MARTS}kpi_acquisition.sql",
        "where level_name = 'country_and_channel' and marketing_spend_amount > 0",
        "where level_name = 'country_and_channel'",
    ),
    Mutation(
        "customers in segments before they came",
        f"{SEGMENTS}int_customer_months_segmented.sql",
        "on known_customers.known_date <= ended_months.standing_date",
        "on true or known_customers.known_date is null",
    ),
    Mutation(
        "the end of a month as its first day",
        f"{SEGMENTS}int_customer_months_segmented.sql",
        "least(last_day(months.month_start_date), as_of_date.as_of_date)",
        "least(months.month_start_date, as_of_date.as_of_date)",
    ),
    Mutation(
        "a year before as eleven months",
        f"{MARTS}kpi_monthly_compared.sql",
        "lag(kpi_value, 12)",
        "lag(kpi_value, 11)",
    ),
]
