"""Every KPI twice: by the models, and in plain Python from the sources and the truth.

Both must be equal to the cent and to the customer, for every month, country and channel
and for all totals, with no row too few or too many: on the last day of the known world,
and on a day in the middle of a month.
"""

import datetime as dt

import pytest

from tests.python.oracle import tables
from tests.python.oracle.facts import Facts
from tests.python.oracle.orders import Sale
from tests.python.oracle.planted import (
    FIRST_REFUND,
    MIDNIGHTS,
    REPAID,
    VISITS,
    order_ids,
)
from tests.python.oracle.planted_orders import (
    AHEAD,
    MISDATED,
    TRAVELLER,
    TWIN_BUYER,
)
from tests.python.oracle.records import Records
from tests.python.oracle.restatements import kpi_restatements
from tests.python.oracle.tables import AWAITED, MARTS, Mart
from tests.python.oracle.true_platform import (
    CUT_DAY,
    RESOLVED,
    TruePlatform,
    person_of,
)
from tests.python.support.identity_lab import grouping

LEAST_MONTHS = 24


@pytest.fixture(scope="module", params=["whole", "cut"])
def true(request: pytest.FixtureRequest) -> TruePlatform:
    chosen: TruePlatform = request.getfixturevalue(request.param)
    return chosen


@pytest.fixture(scope="module")
def facts(true: TruePlatform, records: Records) -> Facts:
    return tables.facts(true, records, tables.as_of_date(true.platform))


@pytest.fixture(scope="module")
def people(true: TruePlatform) -> dict[str, str]:
    return tables.people_of(true)


def test_customers_are_exactly_the_true_people(
    true: TruePlatform, facts: Facts, figures: list[str]
) -> None:
    customers = dict(true.platform.query(RESOLVED))
    owners = person_of(true.world)
    assert grouping(customers) == grouping({key: owners[key] for key in customers})
    assert facts.people.of.keys() == customers.keys()
    count = true.platform.value("select count(*) from marts.customer_360")
    assert count == len(set(facts.people.of.values()))
    figures.append(
        f"oracle, {facts.as_of}: {len(customers):,} records, {count:,} people"
    )


def test_today_is_the_last_day_that_a_source_recorded(
    whole: TruePlatform, cut: TruePlatform, records: Records
) -> None:
    """But for the two slips that lie more than a year ahead."""
    recorded = [each.date() for each in records.recorded]
    ahead = dt.date.fromisoformat(AHEAD[:10])
    assert recorded.count(ahead) == 2
    today = max(day for day in recorded if day != ahead)
    assert tables.as_of_date(whole.platform) == today
    assert tables.as_of_date(cut.platform) == dt.date.fromisoformat(CUT_DAY)


def test_every_table_and_column_of_the_oracle_is_there_or_awaited(
    true: TruePlatform, facts: Facts, people: dict[str, str]
) -> None:
    lacking: set[str] = set()
    for mart in MARTS:
        found = tables.rows(true.platform, mart, people)
        lacking |= (
            tables.lacking(mart, found, mart.truth(facts)) if found else {mart.name}
        )
    assert lacking == AWAITED


@pytest.mark.parametrize("mart", MARTS, ids=lambda mart: mart.name)
def test_mart_equals_the_oracle(
    true: TruePlatform,
    facts: Facts,
    people: dict[str, str],
    mart: Mart,
    figures: list[str],
) -> None:
    if mart.name in AWAITED:
        pytest.skip("awaited")
    found = tables.compared(true.platform, mart, mart.truth(facts), people)
    assert found.differences == []
    figures.append(
        f"oracle, {facts.as_of}, {mart.name}: {found.cells:,} rows equal,"
        f" {found.values:,} values"
    )


def test_the_world_has_what_could_differ(facts: Facts, records: Records) -> None:
    """Without all of it the comparison would prove less."""
    invalid = [sale for sale in facts.ledger.sales if not sale.is_valid]
    assert sum(sale.is_cancelled for sale in invalid) > 100
    assert sum(sale.is_refunded_in_full for sale in invalid) > 100
    later = [each for each in facts.returns if each.day.month != each.sale.day.month]
    assert len(later) > 50
    assert any(sale.gross is None for sale in facts.valid)
    months = {(sale.day.year, sale.day.month) for sale in facts.valid}
    assert len(months) >= LEAST_MONTHS
    others = [sale for sale in facts.valid if sale.day != sale.order.ordered_at.date()]
    assert len(others) > 500
    moved = [s for s in facts.valid if s.country != facts.people.country[s.person]]
    assert len(moved) > 20
    assert sum(event.account is None for event in records.events) > 1_000
    assert any(each.repayment.converted is None for each in facts.returns)
    assert any(each.amount is None for each in facts.expenses)
    assert any(spend.is_deleted for spend in records.spends)
    free = [s for s in facts.valid if not s.order.total and s.repayments]
    assert {bool(sale.refunded) for sale in free} == {True, False}


def test_orders_have_other_places_by_time_and_by_number(facts: Facts) -> None:
    def first_of(member: int) -> list[Sale]:
        return facts.sales_of[facts.people.of[f"shop:{member}"]][:2]

    one, other = first_of(TRAVELLER)
    assert one.day < other.day
    assert one.order.ordered_at > other.order.ordered_at
    one, other = first_of(TWIN_BUYER)
    assert one.order.ordered_at == other.order.ordered_at
    assert one.country != other.country


def test_an_order_is_older_than_the_calendar(facts: Facts) -> None:
    old, *others = facts.sales_of[facts.people.of[f"shop:{MISDATED}"]]
    assert old.day < facts.first_day
    assert old.repayments[-1].day > facts.first_day
    assert others


def test_a_market_has_begun_a_month_on_the_last_day(
    whole: TruePlatform, records: Records
) -> None:
    as_of = tables.as_of_date(whole.platform)
    facts = tables.facts(whole, records, as_of)
    assert facts.last_day == as_of + dt.timedelta(days=1)
    assert facts.last_day.day == 1


def test_closed_months_change_for_every_reason(facts: Facts) -> None:
    reasons = {key[-1] for key in kpi_restatements(facts)}
    assert reasons == {
        "late_order",
        "amount_corrected",
        "moved_to_another_month",
        "moved_to_another_country",
        "cancelled",
        "refunded_in_full",
        "reinstated",
        "refund_changed",
    }


def test_an_order_belongs_to_the_day_of_its_market(true: TruePlatform) -> None:
    found = true.platform.query(
        "select order_id, cast(order_date as varchar) from marts.fct_orders"
    )
    days = [day for _, _, day in MIDNIGHTS]
    assert [dict(found)[number] for number in order_ids()] == days


def test_a_refund_belongs_to_the_day_of_its_market(true: TruePlatform) -> None:
    found = true.platform.query(
        "select refund_id, cast(refund_date as varchar)"
        " from intermediate.int_refunds_converted"
    )
    ids = [str(FIRST_REFUND + number) for number in range(len(REPAID))]
    assert [dict(found)[number] for number in ids] == [each.day for each in REPAID]


def test_a_visit_belongs_to_the_day_of_its_customer(true: TruePlatform) -> None:
    found = true.platform.query(
        "select event_id, cast(engagement_date as varchar)"
        " from intermediate.int_events_identified"
    )
    ids = [f"planted-{number}" for number in range(len(VISITS))]
    assert [dict(found)[number] for number in ids] == [day for _, day in VISITS]
