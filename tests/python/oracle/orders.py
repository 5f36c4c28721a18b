"""Orders and refunds: whose, where, on which day, and worth what."""

import datetime as dt
from collections import defaultdict
from decimal import Decimal
from typing import NamedTuple

from tests.python.oracle import money
from tests.python.oracle.money import NOTHING, Amount, Rates
from tests.python.oracle.people import UNKNOWN_COUNTRY, People, country_code, local_day
from tests.python.oracle.records import Line, Order, Records, Refund

DEFAULT_MARGIN_RATE = Decimal("0.3")


class Repayment(NamedTuple):
    """A refund of a known order.

    Attributes:
        day: Day of the refund in the market of the order.
        original: Amount in the currency of the order.
        converted: Amount in the reporting currency.
    """

    order_id: str
    day: dt.date
    original: Amount
    converted: Amount
    refunded_at: dt.datetime


class Sale(NamedTuple):
    """An order placed up to the as-of date.

    Attributes:
        number: Place among the valid orders of the person, from 1.
        gross: Total in the reporting currency, valid or not.
        refunded: All refunds in the reporting currency.
        cost: Cost of goods; unknown where that of one line is.
    """

    order: Order
    person: str
    country: str
    day: dt.date
    line_count: int
    repayments: list[Repayment]
    refunded_original: Amount
    gross: Amount
    refunded: Amount
    cost: Amount
    number: int | None = None

    @property
    def is_cancelled(self) -> bool:
        return self.order.status == "cancelled"

    @property
    def is_refunded_in_full(self) -> bool:
        known = self.refunded_original
        return known is not None and known >= self.order.total > 0

    @property
    def is_valid(self) -> bool:
        return not self.is_cancelled and not self.is_refunded_in_full

    @property
    def net(self) -> Amount:
        return money.minus(self.gross, self.refunded)

    @property
    def margin(self) -> Amount:
        if self.net is None:
            return None
        if self.cost is None:
            return money.rounded(self.net * DEFAULT_MARGIN_RATE)
        return money.minus(self.net, self.cost)


class Ledger:
    """All sales, with their refunds.

    Args:
        records: What the sources hold.
        people: Who is who.
        rates: Rates into the reporting currency.
        as_of: Last day (in UTC) that is known.
    """

    def __init__(
        self, records: Records, people: People, rates: Rates, as_of: dt.date
    ) -> None:
        self.people, self.rates, self.as_of = people, rates, as_of
        self.products = records.products
        self._lines: defaultdict[str, list[Line]] = defaultdict(list)
        for line in records.lines:
            self._lines[line.order_id].append(line)
        self._refunds: defaultdict[str, list[Refund]] = defaultdict(list)
        for refund in records.refunds:
            if refund.refunded_at.date() <= as_of:
                self._refunds[refund.order_id].append(refund)
        known = [each for each in records.orders if each.ordered_at.date() <= as_of]
        self.sales = _numbered([self._sale(order) for order in known])
        self.valid = [sale for sale in self.sales if sale.is_valid]

    def _sale(self, order: Order) -> Sale:
        person = self.people.of[order.account]
        country = (
            country_code(order.country)
            or self.people.country[person]
            or UNKNOWN_COUNTRY
        )
        day = local_day(order.ordered_at, country)
        repayments = [
            self._repayment(refund, order, country)
            for refund in self._refunds[order.order_id]
        ]
        lines = self._lines[order.order_id]
        return Sale(
            order=order,
            person=person,
            country=country,
            day=day,
            line_count=len(lines),
            repayments=repayments,
            refunded_original=money.total(each.original for each in repayments),
            gross=self.rates.convert(order.total, order.currency, day),
            refunded=money.total(each.converted for each in repayments),
            cost=money.total(self._cost(each, day) for each in lines)
            if lines
            else None,
        )

    def _repayment(self, refund: Refund, order: Order, country: str) -> Repayment:
        day = local_day(refund.refunded_at, country)
        converted = self.rates.convert(refund.amount, refund.currency, day)
        original: Amount = money.rounded(refund.amount)
        if refund.currency != order.currency:
            original = self._over_reporting(converted, order.currency, day)
        return Repayment(order.order_id, day, original, converted, refund.refunded_at)

    def _over_reporting(self, converted: Amount, currency: str, day: dt.date) -> Amount:
        """An amount of the reporting currency in another one."""
        rate = self.rates.rate(currency, day)
        if converted is None or rate is None:
            return None
        return money.rounded(converted * money.inverse(rate))

    def _cost(self, line: Line, day: dt.date) -> Amount:
        product = self.products.get(line.product_id or "")
        if product is None or product.unit_cost is None:
            return None
        cost = line.quantity * product.unit_cost
        return self.rates.convert(cost, product.currency, day)


def _numbered(sales: list[Sale]) -> list[Sale]:
    """Sales with their place among the valid ones of their person.

    By market days first: the first order lies on the first day.
    """
    counts: defaultdict[str, int] = defaultdict(int)
    numbered = []
    for sale in sorted(sales, key=_place_in_time):
        if sale.is_valid:
            counts[sale.person] += 1
        number = counts[sale.person] if sale.is_valid else None
        numbered.append(sale._replace(number=number))
    return numbered


def _place_in_time(sale: Sale) -> tuple[dt.date, dt.datetime, str]:
    return sale.day, sale.order.ordered_at, sale.order.order_id


def fct_orders(ledger: Ledger) -> dict[tuple[object, ...], dict[str, object]]:
    """The mart `fct_orders`: one row per order, with the person for the customer."""
    return {(sale.order.order_id,): _row(sale) for sale in ledger.sales}


def _row(sale: Sale) -> dict[str, object]:
    order, counts = sale.order, sale.is_valid
    return {
        "customer_id": sale.person,
        "status": order.status,
        "currency_code": order.currency,
        "country_code": sale.country,
        "sales_channel": order.sales_channel,
        "customer_order_number": sale.number,
        "line_count": sale.line_count,
        "refund_count": len(sale.repayments),
        "discount_amount_original": order.discount,
        "shipping_amount_original": order.shipping,
        "tax_amount_original": order.tax,
        "gross_amount_original": order.total,
        "refunded_amount_original": sale.refunded_original,
        "gross_amount": sale.gross if counts else NOTHING,
        "refunded_amount": sale.refunded if counts else NOTHING,
        "net_amount": sale.net if counts else NOTHING,
        "margin_amount": sale.margin if counts else NOTHING,
        "is_valid": counts,
        "is_cancelled": sale.is_cancelled,
        "is_refunded_in_full": sale.is_refunded_in_full,
        "is_margin_from_costs": sale.cost is not None,
        "order_date": sale.day,
        "ordered_at": order.ordered_at.replace(tzinfo=None),
    }
