"""Real purchases through the whole pipeline: CDNOW, 69,659 orders of 23,570 people.

The data ships inside the `lifetimes` package; the expected figures are those that the
data set is known by, computed here from the file itself, without the models.
"""

import datetime as dt
from decimal import Decimal

import pytest

from tests.python.support.cdnow import Purchase, built_shop, purchases
from tests.python.support.platform import Platform


@pytest.fixture(scope="module")
def bought() -> list[Purchase]:
    return list(purchases("master"))


@pytest.fixture(scope="module")
def platform(
    tmp_path_factory: pytest.TempPathFactory, bought: list[Purchase]
) -> Platform:
    folder = tmp_path_factory.mktemp("cdnow")
    return built_shop(folder, "{as_of_date: '1998-06-30'}", bought)


def test_the_file_is_the_published_one(bought: list[Purchase]) -> None:
    assert len(bought) == 69_659
    assert len({purchase.customer_id for purchase in bought}) == 23_570
    assert sum(purchase.amount for purchase in bought) == Decimal("2500315.63")


def test_every_purchase_is_an_order(platform: Platform, bought: list[Purchase]) -> None:
    [(count, valid, revenue)] = platform.query(
        "select count(*), count(*) filter (where is_valid), sum(gross_amount)"
        " from marts.fct_orders"
    )
    assert count == valid == len(bought)
    assert revenue == sum(purchase.amount for purchase in bought)


def test_every_buyer_is_a_customer(platform: Platform, bought: list[Purchase]) -> None:
    buyers = {purchase.customer_id for purchase in bought}
    assert platform.value("select count(*) from marts.customer_360") == len(buyers)
    identities = platform.query(
        "select source_record_id, count(distinct customer_id)"
        " from marts.customer_identities where is_current group by 1"
    )
    assert {record for record, customers in identities if customers == 1} == buyers


def test_every_month_has_its_customers_and_revenue(
    platform: Platform, bought: list[Purchase]
) -> None:
    months = {
        month: (customers, revenue)
        for month, customers, revenue in platform.query(
            "select month_start_date, active_customer_count, gross_revenue_amount"
            " from marts.kpi_monthly"
            " where country_code = 'all' and acquisition_channel = 'all'"
        )
    }
    assert months[dt.date(1997, 1, 1)] == (7_846, Decimal("299060.17"))
    expected: dict[dt.date, tuple[set[str], list[Decimal]]] = {}
    for purchase in bought:
        month = expected.setdefault(purchase.day.replace(day=1), (set(), []))
        month[0].add(purchase.customer_id)
        month[1].append(purchase.amount)
    assert months == {
        month: (len(customers), sum(amounts))
        for month, (customers, amounts) in expected.items()
    }


def test_the_last_month_is_complete_by_its_last_day(platform: Platform) -> None:
    incomplete = platform.query(
        "select distinct month_start_date from marts.kpi_monthly"
        " where not is_complete_period"
    )
    assert incomplete == []
