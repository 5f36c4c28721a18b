"""Real purchases through the whole pipeline: CDNOW, 69,659 orders of 23,570 people.

The data ships inside the `lifetimes` package; the expected figures are those that the
data set is known by, computed here from the file itself, without the models.
"""

import datetime as dt
import shutil
from collections import defaultdict
from decimal import Decimal
from itertools import pairwise
from pathlib import Path

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


@pytest.fixture(scope="module")
def buyers_by_month(bought: list[Purchase]) -> dict[dt.date, set[str]]:
    buyers = defaultdict(set)
    for purchase in bought:
        buyers[purchase.day.replace(day=1)].add(purchase.customer_id)
    return dict(buyers)


def test_retention_is_that_of_the_same_people(
    platform: Platform, buyers_by_month: dict[dt.date, set[str]]
) -> None:
    """Of the 1,551 who bought in February 1998 571 came back, not 2,060 per 1,551."""
    months = {
        month: (retained, before, rate)
        for month, retained, before, rate in platform.query(
            "select month_start_date, retained_customer_count,"
            " previous_active_customer_count, retention_rate from marts.kpi_monthly"
            " where level_name = 'total'"
        )
    }
    february, march = dt.date(1998, 2, 1), dt.date(1998, 3, 1)
    assert months[march] == (571, 1_551, 571 / 1_551)
    assert len(buyers_by_month[march]) == 2_060
    assert len(buyers_by_month[february]) == 1_551
    for (earlier, before), (later, after) in pairwise(sorted(buyers_by_month.items())):
        assert earlier < later
        assert months[later] == (
            len(before & after),
            len(before),
            len(before & after) / len(before),
        )


def test_cohorts_are_the_people_of_a_first_month(
    platform: Platform, buyers_by_month: dict[dt.date, set[str]]
) -> None:
    cells = {
        (cohort, month): (size, active)
        for cohort, month, size, active in platform.query(
            "select cohort_month_date, month_start_date, cohort_customer_count,"
            " active_customer_count from marts.kpi_cohort_retention"
        )
    }
    known: set[str] = set()
    expected = {}
    for cohort, buyers in sorted(buyers_by_month.items()):
        members = buyers - known
        known |= buyers
        for month, others in buyers_by_month.items():
            if members and month >= cohort:
                expected[cohort, month] = (len(members), len(members & others))
    assert len(known) == 23_570
    assert cells == expected


def test_a_month_cut_on_its_fifteenth_is_incomplete_and_not_a_collapse(
    platform: Platform, tmp_path: Path, buyers_by_month: dict[dt.date, set[str]]
) -> None:
    cut = Platform(tmp_path, lake=platform.lake)
    shutil.copy(platform.database, cut.database)
    marts = ("kpi_monthly", "kpi_cohort_retention", "kpi_monthly_compared")
    models = [f"int_as_of_date+,+{mart}" for mart in marts]
    cut.dbt("run", "--vars", "{as_of_date: '1998-06-15'}", "--select", *models)
    june, may = dt.date(1998, 6, 1), dt.date(1998, 5, 1)
    incomplete = cut.query(
        "select month_start_date, active_customer_count from marts.kpi_monthly"
        " where level_name = 'total' and not is_complete_period"
    )
    [(month, active)] = incomplete
    assert month == june
    assert 0 < active < len(buyers_by_month[june])
    cells = cut.query(
        "select active_customer_count, retention_rate, net_revenue_amount,"
        " is_complete_period from marts.kpi_cohort_retention where month_start_date = ?"
        " group by all",
        [june],
    )
    assert cells == [(None, None, None, False)]
    changes = cut.query(
        "select month_start_date, previous_month_change_rate"
        " from marts.kpi_monthly_compared where level_name = 'total'"
        " and kpi_name = 'active_customer_count' and month_start_date >= ? order by 1",
        [may],
    )
    assert [(month, change is None) for month, change in changes] == [
        (may, False),
        (june, True),
    ]
