"""`kpi_monthly`: month, country and acquisition channel, and all totals."""

import datetime as dt
from collections.abc import Iterator

from tests.python.oracle.compare import Table
from tests.python.oracle.facts import Facts, Place, level_name, month, months_later
from tests.python.oracle.measures import Measures, Row, ratio
from tests.python.oracle.money import average

WINDOW_DAYS = 90


def months(facts: Facts) -> Iterator[dt.date]:
    """Every month of the calendar, to the end of what is known."""
    start = month(facts.first_day)
    while start <= facts.last_day:
        yield start
        start = months_later(start, 1)


def kpi_monthly(facts: Facts) -> Table:
    """All rows by month, country and channel."""
    measures = Measures(facts, month)
    return {
        (start, *place): _row(facts, measures, start, place)
        for start in months(facts)
        for place in facts.places
    }


def _row(facts: Facts, measures: Measures, start: dt.date, place: Place) -> Row:
    revenue = measures.revenue(start, place)
    customers = _customers(measures, start, place)
    row = {
        "level_name": level_name(place),
        "is_complete_period": months_later(start, 1) <= _after(facts),
        **revenue,
        **customers,
        **measures.value(start, place),
        "marketing_spend_amount": measures.spend(start, place),
        **_engagement(facts, measures, start, place),
        **measures.emails(start, place),
        **measures.tickets(start, place),
    }
    net, gross = revenue["net_revenue_amount"], revenue["gross_revenue_amount"]
    both = row["customers_at_start_count"] + row["customers_at_end_count"]
    active = row["active_customer_count"]
    return {
        **row,
        "arpu_amount": average(None if net is None else 2 * net, both),
        "arppu_amount": average(net, active),
        "purchase_frequency": ratio(revenue["order_count"], active),
        "refund_rate": ratio(revenue["refunded_amount"], gross),
    }


def _after(facts: Facts) -> dt.date:
    """The first day that is not known in full."""
    return facts.as_of + dt.timedelta(days=1)


def _customers(measures: Measures, start: dt.date, place: Place) -> Row:
    """Customers as sets; each cell has those who ordered in it."""
    before = measures.active(months_later(start, -1), place)
    active, new = measures.active(start, place), measures.new(start, place)
    retained = active & before
    repeat = {
        sale.person
        for sale in measures.sales.get((start, place), [])
        if sale.number != 1
    }
    at_start = _recent(measures, start, place)
    at_end = _recent(measures, months_later(start, 1), place)
    churned = at_start - at_end
    return {
        "active_customer_count": len(active),
        "new_customer_count": len(new),
        "retained_customer_count": len(retained),
        "reactivated_customer_count": len(active - before - new),
        "customers_at_start_count": len(at_start),
        "customers_at_end_count": len(at_end),
        "churned_customer_count": len(churned),
        "retention_rate": ratio(len(retained), len(before)),
        "churn_rate": ratio(len(churned), len(at_start)),
        "previous_active_customer_count": len(before),
        "repeat_customer_count": len(repeat),
        "repeat_rate": ratio(len(repeat), len(active)),
    }


def _recent(measures: Measures, end: dt.date, place: Place) -> set[str]:
    """Customers with a valid order in the 90 days before a day.

    Before a day that is not over they are those of the 90 days before the end of the
    as-of date, and of what a market has begun since.
    """
    known = min(end, _after(measures.facts))
    begin = known - dt.timedelta(days=WINDOW_DAYS)
    return {
        sale.person
        for offset in range(5)
        for sale in measures.sales.get((months_later(month(begin), offset), place), [])
        if begin <= sale.day < end
    }


def _engagement(facts: Facts, measures: Measures, start: dt.date, place: Place) -> Row:
    activities = measures.activities(start, place)
    users = len({deed.person for deed in activities})
    days = {(d.person, d.day) for d in activities if d.day <= facts.as_of}
    elapsed = (min(months_later(start, 1), _after(facts)) - start).days
    daily = ratio(len(days), max(elapsed, 0))
    sessions = measures.sessions(start, place)
    return {
        "mau": users,
        "active_customer_days_count": len(days),
        "elapsed_day_count": max(elapsed, 0),
        "average_dau": daily,
        "stickiness_rate": ratio(daily, users),
        "session_count": sessions,
        "sessions_per_active_user": ratio(sessions, users),
    }
