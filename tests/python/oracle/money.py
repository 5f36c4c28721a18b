"""Amounts as decimals, and what one unit of a currency was worth on a day."""

import datetime as dt
from bisect import bisect_right
from collections import defaultdict
from collections.abc import Iterable
from decimal import ROUND_HALF_UP, Decimal
from typing import NamedTuple

from tests.python.oracle.records import Quote

REPORTING_CURRENCY = "USD"
MAX_RATE_AGE_DAYS = 7
Amount = Decimal | None
NOTHING = Decimal("0.0000")


def rounded(value: Decimal, decimals: int = 4) -> Decimal:
    """The value with so many decimals, halves away from zero."""
    return value.quantize(Decimal(1).scaleb(-decimals), ROUND_HALF_UP)


def total(amounts: Iterable[Amount]) -> Amount:
    """The sum; unknown where one of the amounts is."""
    known = list(amounts)
    if any(amount is None for amount in known):
        return None
    return rounded(sum((a for a in known if a is not None), NOTHING))


def average(amount: Amount, count: int | Decimal) -> Amount:
    """Amount per piece; unknown without a piece."""
    return None if amount is None or not count else rounded(amount / count)


def minus(one: Amount, other: Amount) -> Amount:
    """The difference; unknown where either is."""
    return None if one is None or other is None else rounded(one - other)


class Rate(NamedTuple):
    """A rate in the order in which rates are preferred."""

    age_days: int
    rank: int
    pivot: str
    value: Decimal


class Rates:
    """Rates into the reporting currency.

    A rate serves until the next one, for at most a week. The freshest wins, then a
    direct quote, then an inverse, then a cross over one other currency.
    """

    def __init__(self, quotes: Iterable[Quote], as_of: dt.date) -> None:
        self.quoted: defaultdict[tuple[str, str], dict[dt.date, Decimal]]
        self.quoted = defaultdict(dict)
        for quote in quotes:
            if quote.day <= as_of and quote.rate > 0:
                self.quoted[quote.base, quote.quote][quote.day] = rounded(
                    quote.rate, 12
                )
        self.days = {pair: sorted(days) for pair, days in self.quoted.items()}
        self.currencies = sorted({name for pair in self.quoted for name in pair})
        self._known: dict[tuple[str, dt.date], Amount] = {}

    def convert(self, amount: Amount, currency: str | None, day: dt.date) -> Amount:
        """The amount in the reporting currency; unknown without a rate."""
        rate = self.rate(currency, day) if currency else None
        return None if amount is None or rate is None else rounded(amount * rate)

    def rate(self, currency: str, day: dt.date) -> Amount:
        """What one unit is worth in the reporting currency on a day."""
        if currency == REPORTING_CURRENCY:
            return Decimal(1)
        if (currency, day) not in self._known:
            found = [*self._pair(currency, REPORTING_CURRENCY, day)]
            found += self._crosses(currency, day)
            self._known[currency, day] = min(found).value if found else None
        return self._known[currency, day]

    def _pair(self, base: str, quote: str, day: dt.date) -> list[Rate]:
        """The rate of a pair as quoted, and from its other direction."""
        rates = []
        for rank, pair in enumerate([(base, quote), (quote, base)]):
            days = self.days.get(pair, [])
            position = bisect_right(days, day)
            age = (day - days[position - 1]).days if position else None
            if age is not None and age <= MAX_RATE_AGE_DAYS:
                value = self.quoted[pair][days[position - 1]]
                value = inverse(value) if rank else value
                rates.append(Rate(age, rank, "", value))
        return rates

    def _crosses(self, currency: str, day: dt.date) -> list[Rate]:
        rates = []
        for pivot in self.currencies:
            first = self._pair(currency, pivot, day)
            second = self._pair(pivot, REPORTING_CURRENCY, day)
            if first and second and pivot not in (currency, REPORTING_CURRENCY):
                one, other = min(first), min(second)
                value = rounded(one.value * other.value, 12)
                age = max(one.age_days, other.age_days)
                rates.append(Rate(age, 2, pivot, value))
        return rates


def inverse(rate: Decimal) -> Decimal:
    """One by the rate, to as many digits as engines agree on."""
    exact = 1 / rate
    return rounded(rounded(exact, max(0, 12 - exact.adjusted())), 12)
