"""`kpi_monthly_by_currency`: revenue in the currencies in which orders were placed."""

from collections import defaultdict

from tests.python.oracle.compare import Key, Table
from tests.python.oracle.facts import Facts, Return, level_name, levels, month
from tests.python.oracle.measures import Row
from tests.python.oracle.money import minus, total
from tests.python.oracle.monthly import months
from tests.python.oracle.orders import Sale


def kpi_monthly_by_currency(facts: Facts) -> Table:
    """All rows by month, country, channel and currency with an order or a refund."""
    sales: defaultdict[Key, list[Sale]] = defaultdict(list)
    returns: defaultdict[Key, list[Return]] = defaultdict(list)
    for sale in facts.valid:
        for place in levels(facts.place_of_sale(sale)):
            sales[month(sale.day), *place, sale.order.currency].append(sale)
    for each in facts.returns:
        for place in levels(facts.place_of_return(each)):
            returns[month(each.day), *place, each.sale.order.currency].append(each)
    calendar = set(months(facts))
    return {
        key: _row(key, sales.get(key, []), returns.get(key, []))
        for key in sales.keys() | returns.keys()
        if key[0] in calendar
    }


def _row(key: Key, sales: list[Sale], returns: list[Return]) -> Row:
    gross = total(sale.gross for sale in sales)
    refunded = total(each.repayment.converted for each in returns)
    original = total(sale.order.total for sale in sales)
    refunded_original = total(each.repayment.original for each in returns)
    return {
        "level_name": level_name((str(key[1]), str(key[2]))),
        "order_count": len(sales),
        "gross_revenue_amount_original": original,
        "refunded_amount_original": refunded_original,
        "net_revenue_amount_original": minus(original, refunded_original),
        "gross_revenue_amount": gross,
        "refunded_amount": refunded,
        "net_revenue_amount": minus(gross, refunded),
    }
