"""`kpi_cohort_retention`: who came in one month, in each month since."""

import datetime as dt
from collections import defaultdict
from decimal import Decimal

from tests.python.oracle.compare import Key, Table
from tests.python.oracle.facts import Facts, Return, month, months_later
from tests.python.oracle.measures import Row, ratio
from tests.python.oracle.money import NOTHING, Amount, minus, total
from tests.python.oracle.monthly import months
from tests.python.oracle.orders import Sale

Cohorts = dict[dt.date, set[str]]


def kpi_cohort_retention(facts: Facts) -> Table:
    """All rows by month of the first valid order and months since."""
    cohorts: defaultdict[dt.date, set[str]] = defaultdict(set)
    for person, sales in facts.sales_of.items():
        if sales[0].day >= month(facts.first_day):
            cohorts[month(sales[0].day)].add(person)
    table: dict[Key, Row] = {}
    for cohort, members in cohorts.items():
        table |= _cohort(facts, cohort, members)
    return table


def _cohort(facts: Facts, cohort: dt.date, members: set[str]) -> dict[Key, Row]:
    sales: defaultdict[dt.date, list[Sale]] = defaultdict(list)
    returns: defaultdict[dt.date, list[Return]] = defaultdict(list)
    for sale in facts.valid:
        if sale.person in members:
            sales[month(sale.day)].append(sale)
    for each in facts.returns:
        if each.sale.person in members:
            returns[month(each.day)].append(each)
    table: dict[Key, Row] = {}
    cumulated: Amount = NOTHING
    first: Amount = None
    later = [start for start in months(facts) if start >= cohort]
    for since, start in enumerate(later):
        row = _month(len(members), sales[start], returns[start])
        net = row["net_revenue_amount"]
        assert net is None or isinstance(net, Decimal)
        first = net if since == 0 else first
        cumulated = minus(cumulated, None if net is None else -net)
        row["cumulative_net_revenue_amount"] = cumulated
        row["revenue_retention_rate"] = ratio(net, first)
        is_over = months_later(start, 1) <= facts.as_of + dt.timedelta(days=1)
        # What is not over looks like a collapse, and is not told.
        told = row if is_over else dict.fromkeys(row)
        table[cohort, since] = {
            **told,
            "cohort_customer_count": len(members),
            "is_complete_period": is_over,
            "month_start_date": start,
        }
    return table


def _month(member_count: int, sales: list[Sale], returns: list[Return]) -> Row:
    active = {sale.person for sale in sales}
    gross = total(sale.gross for sale in sales)
    refunded = total(each.repayment.converted for each in returns)
    return {
        "active_customer_count": len(active),
        "order_count": len(sales),
        "gross_revenue_amount": gross,
        "net_revenue_amount": minus(gross, refunded),
        "retention_rate": ratio(len(active), member_count),
    }
