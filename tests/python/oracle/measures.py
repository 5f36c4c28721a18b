"""What is counted of any period and cell: the parts that KPI tables share."""

import datetime as dt
from collections.abc import Callable
from typing import Any

from tests.python.oracle.engagement import Deed
from tests.python.oracle.facts import Facts, Grouped, Period, Place, Thing, grouped
from tests.python.oracle.money import average, minus, total

Row = dict[str, object]


def ratio(numerator: Any, denominator: Any) -> float | None:
    """A share; unknown where either is, or nothing to divide by."""
    if numerator is None or not denominator:
        return None
    return float(numerator) / float(denominator)


class Measures:
    """Facts by period and cell.

    Args:
        facts: What is known.
        period: First day of the period of a day.
    """

    def __init__(self, facts: Facts, period: Period) -> None:
        self.facts, self.period = facts, period
        self.sales = self._by(facts.valid, facts.place_of_sale)
        self.returns = self._by(facts.returns, facts.place_of_return)
        self.expenses = self._by(facts.expenses, facts.place_of_expense)
        self.deeds = self._by(facts.deeds, facts.place_of_deed)
        self.complaints = self._by(facts.complaints, facts.place_of_deed)

    def _by(
        self, things: list[Thing], place_of: Callable[[Thing], Place]
    ) -> Grouped[Thing]:
        def period_of(thing: Any) -> dt.date:
            return self.period(thing.day)

        return grouped(things, period_of, place_of)

    def active(self, start: dt.date, place: Place) -> set[str]:
        """Customers with a valid order."""
        return {sale.person for sale in self.sales.get((start, place), [])}

    def new(self, start: dt.date, place: Place) -> set[str]:
        """Customers whose first valid order of all this is."""
        found = self.sales.get((start, place), [])
        return {sale.person for sale in found if sale.number == 1}

    def activities(self, start: dt.date, place: Place) -> list[Deed]:
        """Events in which customers did something."""
        found = self.deeds.get((start, place), [])
        return [deed for deed in found if deed.is_activity]

    def revenue(self, start: dt.date, place: Place) -> Row:
        """Orders in the period of the order, refunds in that of the refund."""
        sales = self.sales.get((start, place), [])
        gross = total(sale.gross for sale in sales)
        returns = self.returns.get((start, place), [])
        refunded = total(each.repayment.converted for each in returns)
        return {
            "order_count": len(sales),
            "gross_revenue_amount": gross,
            "refunded_amount": refunded,
            "net_revenue_amount": minus(gross, refunded),
            "average_order_amount": average(gross, len(sales)),
        }

    def spend(self, start: dt.date, place: Place) -> Any:
        """Marketing spend."""
        return total(each.amount for each in self.expenses.get((start, place), []))

    def sessions(self, start: dt.date, place: Place) -> int:
        """Distinct sessions with an activity."""
        found = self.activities(start, place)
        return len({deed.session for deed in found if deed.session})

    def emails(self, start: dt.date, place: Place) -> Row:
        """Who got a mail, and which of them opened or clicked one."""
        people: dict[str, set[str]] = {
            "email_sent": set(),
            "email_open": set(),
            "email_click": set(),
        }
        for deed in self.deeds.get((start, place), []):
            people.get(deed.kind, set()).add(deed.person)
        recipients = people["email_sent"]
        openers = len(recipients & people["email_open"])
        clickers = len(recipients & people["email_click"])
        return {
            "email_recipient_count": len(recipients),
            "email_opener_count": openers,
            "email_clicker_count": clickers,
            "email_open_rate": ratio(openers, len(recipients)),
            "email_click_rate": ratio(clickers, len(recipients)),
        }

    def tickets(self, start: dt.date, place: Place) -> Row:
        """Tickets opened, and how content their customers were."""
        found = self.complaints.get((start, place), [])
        scores = [each.score for each in found if each.score is not None]
        satisfied = sum(score >= 4 for score in scores)
        promoters = sum(score == 5 for score in scores)
        detractors = sum(score <= 3 for score in scores)
        return {
            "ticket_count": len(found),
            "rated_ticket_count": len(scores),
            "satisfied_ticket_count": satisfied,
            "promoting_ticket_count": promoters,
            "ticket_satisfaction_rate": ratio(satisfied, len(scores)),
            "ticket_net_satisfaction": ratio(promoters - detractors, len(scores)),
        }

    def value(self, start: dt.date, place: Place) -> Row:
        """What new customers are worth, beside what they cost."""
        new = self.new(start, place)
        worth = total(self.facts.lifetime_value(person) for person in new)
        cost = average(self.spend(start, place), len(new))
        value = average(worth, len(new))
        return {
            "cac_amount": cost,
            "lifetime_value_amount": value,
            "ltv_to_cac_ratio": ratio(value, cost),
        }
