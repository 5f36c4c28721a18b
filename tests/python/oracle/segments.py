"""`segment_movements`: in which segments customers stand at the end of each month."""

import datetime as dt
from collections import Counter, defaultdict
from collections.abc import Mapping
from typing import Any, NamedTuple

from tests.python.oracle.compare import Key, Table
from tests.python.oracle.facts import Facts, months_later
from tests.python.oracle.measures import ratio
from tests.python.oracle.money import Amount, minus, total
from tests.python.oracle.monthly import months
from tests.python.oracle.orders import Sale

NEW_DAYS, AT_RISK_DAYS, LAPSED_DAYS = 90, 90, 180
NOBODY = "not_a_customer"
RFM = (
    ("lost", "lost", "at_risk", "at_risk", "cannot_lose"),
    ("hibernating", "hibernating", "at_risk", "at_risk", "at_risk"),
    ("about_to_sleep", "about_to_sleep", "needs_attention", "loyal", "loyal"),
    ("promising", "potential_loyalist", "potential_loyalist", "champions", "champions"),
    ("new", "potential_loyalist", "potential_loyalist", "champions", "champions"),
)
"""By recency from the worst to the best, and in each by frequency."""


class Standing(NamedTuple):
    """What is known of a buyer on a day."""

    days: list[dt.date]
    order_count: int
    net: Amount


Segments = Mapping[str, Mapping[str, str]]
"""Per person the segment of each kind."""


def segment_movements(facts: Facts) -> Table:
    """All rows by month, kind of segment, segment before and segment after."""
    calendar = list(months(facts))
    since = known_since(facts)
    before = _segments(facts, since, months_later(calendar[0], -1))
    table: dict[Key, dict[str, object]] = {}
    for start in calendar:
        after = _segments(facts, since, start)
        is_over = months_later(start, 1) <= facts.as_of + dt.timedelta(days=1)
        for kind in ("lifecycle_stage", "rfm_segment", "value_tier"):
            moves = Counter(
                (before[person][kind] if person in before else NOBODY, now[kind])
                for person, now in after.items()
            )
            came_from: Counter[str] = Counter()
            for (source, _), count in moves.items():
                came_from[source] += count
            for (source, target), count in moves.items():
                table[start, kind, source, target] = {
                    "customer_count": count,
                    "movement_rate": ratio(count, came_from[source]),
                    "is_complete_period": is_over,
                }
        before = after
    return table


def known_since(facts: Facts) -> Mapping[str, dt.date]:
    """The day (in UTC) of the first registration, order, activity or ticket.

    Of whom no source says since when counts from the as-of date.
    """
    seen: defaultdict[str, list[dt.date]] = defaultdict(list)
    for person, since in facts.people.registered.items():
        seen[person].append(since.date())
    for sale in facts.ledger.sales:
        seen[sale.person].append(sale.order.ordered_at.date())
    for deed in facts.deeds:
        if deed.is_activity:
            seen[deed.person].append(deed.occurred_at.date())
    for complaint in facts.complaints:
        seen[complaint.person].append(complaint.opened_at.date())
    return {
        person: min([facts.as_of, *seen[person]])
        for person in set(facts.people.of.values())
    }


def _segments(facts: Facts, since: Mapping[str, dt.date], start: dt.date) -> Segments:
    """The segments at the end of a month, or at the as-of date."""
    end = min(months_later(start, 1) - dt.timedelta(days=1), facts.as_of)
    known = [person for person, day in since.items() if day <= end]
    buyers = {
        person: standing
        for person in known
        if (standing := _standing(facts.sales_of.get(person, []), end))
    }
    recency = _shares({p: each.days[-1] for p, each in buyers.items()})
    frequency = _shares({p: each.order_count for p, each in buyers.items()})
    value = _shares({p: each.net for p, each in buyers.items()})
    return {
        person: {
            "lifecycle_stage": _stage(buyers[person], end),
            "rfm_segment": RFM[_fifth(*recency[person])][_fifth(*frequency[person])],
            "value_tier": _tier(*value[person]),
        }
        if person in buyers
        else {
            "lifecycle_stage": "prospect",
            "rfm_segment": "no_orders",
            "value_tier": "none",
        }
        for person in known
    }


def _standing(sales: list[Sale], end: dt.date) -> Standing | None:
    """Orders and refunds known at the end of a day in UTC."""
    known = [sale for sale in sales if sale.order.ordered_at.date() <= end]
    if not known:
        return None
    refunded = total(
        each.converted
        for sale in known
        for each in sale.repayments
        if each.refunded_at.date() <= end
    )
    net = minus(total(sale.gross for sale in known), refunded)
    return Standing(sorted({sale.day for sale in known}), len(known), net)


def _shares(values: Mapping[str, Any]) -> Mapping[str, tuple[int, int]]:
    """How many are at least as good, of how many; whose value is unknown come last."""
    ranked = sorted((v for v in values.values() if v is not None), reverse=True)
    last = {value: number for number, value in enumerate(ranked, start=1)}
    count = len(values)
    return {
        person: (count if value is None else last[value], count)
        for person, value in values.items()
    }


def _fifth(rank: int, count: int) -> int:
    """From 0 for the last fifth to 4 for the best."""
    return 5 - -(-5 * rank // count)


def _tier(rank: int, count: int) -> str:
    if 10 * rank <= count:
        return "high"
    return "medium" if 10 * rank <= 4 * count else "low"


def _stage(standing: Standing, end: dt.date) -> str:
    """Where a buyer stands: the first rule that holds decides."""
    days = standing.days
    since_last = (end - days[-1]).days
    gap = (days[-1] - days[-2]).days if len(days) > 1 else 0
    if (end - days[0]).days <= NEW_DAYS:
        return "new"
    if since_last >= LAPSED_DAYS:
        return "lapsed"
    if since_last >= AT_RISK_DAYS:
        return "at_risk"
    return "won_back" if gap > LAPSED_DAYS else "active"
