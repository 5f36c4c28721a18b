"""All that happened up to the as-of date, each thing with its day and its place."""

import datetime as dt
from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence
from functools import cached_property
from typing import NamedTuple, TypeVar

from tests.python.oracle.engagement import Complaint, Deed, complaints, deeds
from tests.python.oracle.money import Amount, Rates, minus, total
from tests.python.oracle.orders import Ledger, Repayment, Sale
from tests.python.oracle.people import (
    UNKNOWN_CHANNEL,
    UNKNOWN_COUNTRY,
    People,
    country_code,
)
from tests.python.oracle.records import Records, Shop

ALL = "all"
MOST_YEARS = 3
"""The calendar goes no further back: fewer years than usual, to save time."""
Place = tuple[str, str]
"""Country and channel; `all` on totals."""
Thing = TypeVar("Thing")
Grouped = Mapping[tuple[dt.date, Place], list[Thing]]
Period = Callable[[dt.date], dt.date]
"""First day of the period of a day."""


class Expense(NamedTuple):
    """Marketing spend of a day, in the reporting currency."""

    country: str
    channel: str
    day: dt.date
    amount: Amount


class Return(NamedTuple):
    """A refund of a valid order."""

    sale: Sale
    repayment: Repayment

    @property
    def day(self) -> dt.date:
        return self.repayment.day


class Batch(NamedTuple):
    """An ingestion batch that brought something of the shop.

    Attributes:
        name: Its id on the platform.
        landed_at: When, in UTC.
        shop: What the shop held then.
    """

    name: str
    landed_at: dt.datetime
    shop: Shop


class Facts:
    """What is known at the end of the as-of date.

    Args:
        records: What the sources hold.
        person_of: The true person of every record.
        as_of: Last day, in UTC.
        predicted: Value that a model foretells of each person; null if it cannot.
        batches: What the shop held at each batch, the last one as it is now.
    """

    def __init__(
        self,
        records: Records,
        person_of: dict[str, str],
        as_of: dt.date,
        predicted: Mapping[str, Amount],
        batches: Sequence[Batch],
    ) -> None:
        self.as_of, self.predicted, self.batches = as_of, predicted, batches
        self.people = People(records, person_of)
        rates = Rates(records.quotes, as_of)
        # Without lines: they say nothing of revenue.
        shops = [
            records._replace(orders=b.shop.orders, refunds=b.shop.refunds, lines=[])
            for b in batches
        ]
        self.ledgers = [Ledger(shop, self.people, rates, as_of) for shop in shops]
        self.ledger = Ledger(records, self.people, rates, as_of)
        self.valid = self.ledger.valid
        self.returns = [Return(s, r) for s in self.valid for r in s.repayments]
        self.deeds = deeds(records, self.people, as_of)
        self.complaints = complaints(records, self.people, as_of)
        self.expenses = [
            Expense(
                country_code(spend.country) or UNKNOWN_COUNTRY,
                spend.channel or UNKNOWN_CHANNEL,
                spend.day,
                rates.convert(spend.amount, spend.currency, spend.day),
            )
            for spend in records.spends
            if not spend.is_deleted and spend.day <= as_of
        ]

    @cached_property
    def sales_of(self) -> Mapping[str, list[Sale]]:
        """Valid orders of each person, the first one first."""
        sales: defaultdict[str, list[Sale]] = defaultdict(list)
        for sale in self.valid:
            sales[sale.person].append(sale)
        return sales

    @cached_property
    def places(self) -> set[Place]:
        """Every cell in which anything happened, ever."""
        told: set[Place] = {self.place_of_sale(sale) for sale in self.valid}
        told |= {self.place_of_expense(each) for each in self.expenses}
        told |= {self.place_of_deed(each) for each in self.deeds if counts(each)}
        told |= {self.place_of_deed(each) for each in self.complaints}
        return {cell for place in told for cell in levels(place)}

    @cached_property
    def last_day(self) -> dt.date:
        """The as-of date, or a later one that a market has already begun."""
        days = [sale.day for sale in self.valid] + [each.day for each in self.returns]
        return max([self.as_of, *days])

    @cached_property
    def first_day(self) -> dt.date:
        """Day of the first valid order, or the first one of a later calendar."""
        earliest = months_later(month(self.as_of), -12 * MOST_YEARS)
        return max(earliest, min(sale.day for sale in self.valid))

    def place_of_sale(self, sale: Sale) -> Place:
        return sale.country, self.people.channel[sale.person]

    def place_of_return(self, each: Return) -> Place:
        return self.place_of_sale(each.sale)

    def place_of_deed(self, deed: Deed | Complaint) -> Place:
        return self.people.country[deed.person], self.people.channel[deed.person]

    def place_of_expense(self, expense: Expense) -> Place:
        return expense.country, expense.channel

    def lifetime_value(self, person: str) -> Amount:
        """Margin of all valid orders, and what is foretold of the next ones."""
        margin = total(sale.margin for sale in self.sales_of[person])
        predicted = self.predicted.get(person)
        return minus(margin, None if predicted is None else -predicted)


def counts(deed: Deed) -> bool:
    """Whether an event is counted in any KPI."""
    return deed.is_activity or deed.kind == "email_sent"


def levels(place: Place) -> list[Place]:
    """A cell and the three totals that hold it."""
    country, channel = place
    return [(country, channel), (country, ALL), (ALL, channel), (ALL, ALL)]


def level_name(place: Place) -> str:
    """What a cell tells apart."""
    country, channel = place
    if country == ALL:
        return "total" if channel == ALL else "channel"
    return "country" if channel == ALL else "country_and_channel"


def month(day: dt.date) -> dt.date:
    """First day of the month."""
    return day.replace(day=1)


def same_day(day: dt.date) -> dt.date:
    """The day itself."""
    return day


def months_later(start: dt.date, count: int) -> dt.date:
    """First day of the month so many months later."""
    number = start.year * 12 + start.month - 1 + count
    return dt.date(number // 12, number % 12 + 1, 1)


def grouped(
    things: Iterable[Thing],
    period_of: Callable[[Thing], dt.date],
    place_of: Callable[[Thing], Place],
) -> Grouped[Thing]:
    """Things by period and cell, at every level."""
    groups: defaultdict[tuple[dt.date, Place], list[Thing]] = defaultdict(list)
    for thing in things:
        period = period_of(thing)
        for cell in levels(place_of(thing)):
            groups[period, cell].append(thing)
    return groups
