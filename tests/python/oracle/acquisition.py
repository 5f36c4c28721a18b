"""`kpi_acquisition`: what new customers cost, are worth, and have paid back."""

import datetime as dt
from collections import defaultdict
from collections.abc import Mapping

from tests.python.oracle.compare import Table
from tests.python.oracle.facts import Facts, Place, level_name, month, months_later
from tests.python.oracle.measures import Measures, Row
from tests.python.oracle.money import NOTHING, Amount, average, minus, total
from tests.python.oracle.monthly import months
from tests.python.oracle.orders import Sale

Margins = Mapping[str, Mapping[dt.date, Amount]]


def kpi_acquisition(facts: Facts) -> Table:
    """All rows by month, country and channel."""
    measures = Measures(facts, month)
    margins = {person: _margins(sales) for person, sales in facts.sales_of.items()}
    return {
        (start, *place): _row(measures, margins, start, place)
        for start in months(facts)
        for place in facts.places
    }


def _margins(sales: list[Sale]) -> Mapping[dt.date, Amount]:
    """What a person has earned us in each month."""
    by_month: defaultdict[dt.date, list[Amount]] = defaultdict(list)
    for sale in sales:
        by_month[month(sale.day)].append(sale.margin)
    return {start: total(amounts) for start, amounts in by_month.items()}


def _row(measures: Measures, margins: Margins, start: dt.date, place: Place) -> Row:
    facts = measures.facts
    new = measures.new(start, place)
    paid = {person for person in new if _is_paid(measures, start, person)}
    spend = measures.spend(start, place)
    worth = total(facts.lifetime_value(person) for person in new) if new else None
    payback = _payback_months(facts, [margins[p] for p in new], start, spend)
    return {
        "level_name": level_name(place),
        "is_complete_period": months_later(start, 1)
        <= facts.as_of + dt.timedelta(days=1),
        "marketing_spend_amount": spend,
        "new_customer_count": len(new),
        "paid_new_customer_count": len(paid),
        "paid_cac_amount": average(spend, len(paid)),
        "new_customer_value_amount": worth,
        **measures.value(start, place),
        "payback_months": payback,
        "is_paid_back": payback is not None,
    }


def _is_paid(measures: Measures, start: dt.date, person: str) -> bool:
    """Whether money was spent where and how the person was won."""
    first = measures.facts.sales_of[person][0]
    spend = measures.spend(start, measures.facts.place_of_sale(first))
    return spend is not None and spend > 0


def _payback_months(
    facts: Facts, margins: list[Mapping[dt.date, Amount]], start: dt.date, spend: Amount
) -> int | None:
    """Months until the margin of the new customers reached the month's spend."""
    if not margins or not spend:
        return None
    earned: Amount = NOTHING
    for later, current in enumerate(m for m in months(facts) if m >= start):
        gained = total(each.get(current, NOTHING) for each in margins)
        earned = minus(earned, None if gained is None else -gained)
        if earned is None:
            return None
        if earned >= spend:
            return later
    return None
