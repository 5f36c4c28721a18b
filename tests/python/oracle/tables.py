"""The tables that the oracle computes, and how they are read from the platform."""

import datetime as dt
from collections.abc import Callable, Mapping
from typing import Any, NamedTuple

from tests.python.oracle.acquisition import kpi_acquisition
from tests.python.oracle.cohorts import kpi_cohort_retention
from tests.python.oracle.compare import Comparison, Key, Table, compare
from tests.python.oracle.compared import kpi_monthly_compared
from tests.python.oracle.currencies import kpi_monthly_by_currency
from tests.python.oracle.daily import kpi_daily
from tests.python.oracle.facts import Batch, Facts
from tests.python.oracle.money import Amount
from tests.python.oracle.monthly import kpi_monthly
from tests.python.oracle.orders import fct_orders
from tests.python.oracle.records import Records
from tests.python.oracle.restatements import kpi_restatements
from tests.python.oracle.segments import segment_movements
from tests.python.oracle.true_platform import RESOLVED, TruePlatform, person_of
from tests.python.support.platform import Platform

AWAITED: frozenset[str] = frozenset()
"""Tables, and columns as `table.column`, that the platform does not have yet."""

CELL = ("country_code", "acquisition_channel")


class Mart(NamedTuple):
    """A table of the platform that the oracle computes, too.

    Attributes:
        name: Table in the schema `marts`.
        key: Columns that name a row.
        truth: The same table, by the oracle.
    """

    name: str
    key: tuple[str, ...]
    truth: Callable[[Facts], Table]


MARTS = [
    Mart("fct_orders", ("order_id",), lambda facts: fct_orders(facts.ledger)),
    Mart("kpi_monthly", ("month_start_date", *CELL), kpi_monthly),
    Mart(
        "kpi_monthly_compared",
        ("month_start_date", *CELL, "kpi_name"),
        kpi_monthly_compared,
    ),
    Mart(
        "kpi_monthly_by_currency",
        ("month_start_date", *CELL, "currency_code"),
        kpi_monthly_by_currency,
    ),
    Mart("kpi_daily", ("date_day", *CELL), kpi_daily),
    Mart(
        "kpi_cohort_retention",
        ("cohort_month_date", "months_since_first_order"),
        kpi_cohort_retention,
    ),
    Mart("kpi_acquisition", ("month_start_date", *CELL), kpi_acquisition),
    Mart(
        "segment_movements",
        ("month_start_date", "segment_type", "from_segment", "to_segment"),
        segment_movements,
    ),
    Mart(
        "kpi_restatements",
        (
            "month_start_date",
            "country_code",
            "restating_batch_id",
            "restatement_reason",
        ),
        kpi_restatements,
    ),
]
NEEDED = [*(mart.name for mart in MARTS), "customer_360", "customer_lifetime_value"]
"""What has to be built."""


def as_of_date(platform: Platform) -> dt.date:
    """The day that the platform takes for today."""
    day: dt.date = platform.value("select as_of_date from intermediate.int_as_of_date")
    return day


def people_of(true: TruePlatform) -> dict[str, str]:
    """The true person of every customer id."""
    people = person_of(true.world)
    return {
        customer: people[record] for record, customer in true.platform.query(RESOLVED)
    }


def predicted(true: TruePlatform) -> dict[str, Amount]:
    """What the model of values foretells of each person: the one thing not computed."""
    person = people_of(true)
    found = true.platform.query(
        "select customer_id, predicted_value_12m_amount"
        " from marts.customer_lifetime_value"
    )
    return {person[customer]: amount for customer, amount in found}


def batches(true: TruePlatform) -> list[Batch]:
    """The batches of the shop: names and times are the platform's own."""
    named = true.platform.query(
        """
        select _batch_id, min(_loaded_at)
        from (
            select _batch_id, _loaded_at from staging.stg_shop__order_versions
            union all
            select _batch_id, _loaded_at from staging.stg_shop__refund_versions
        )
        group by _batch_id
        order by min(_loaded_at)
        """
    )
    return [
        Batch(name, when, shop)
        for (name, when), shop in zip(named, true.landed, strict=True)
    ]


def facts(true: TruePlatform, records: Records, as_of: dt.date) -> Facts:
    """Everything that the oracle knows at the end of a day."""
    people = person_of(true.world)
    return Facts(records, people, as_of, predicted(true), batches(true))


def rows(platform: Platform, mart: Mart, people: Mapping[str, str]) -> Table:
    """A table of the platform by its key, with people for customers; none if empty."""
    names = [
        name
        for (name,) in platform.query(
            "select column_name from information_schema.columns where table_schema ="
            " 'marts' and table_name = ? order by ordinal_position",
            [mart.name],
        )
    ]
    table: dict[Key, dict[str, Any]] = {}
    if not names:
        return table
    for values in platform.query(f"select {', '.join(names)} from marts.{mart.name}"):
        row = dict(zip(names, values, strict=True))
        if "customer_id" in row:
            row["customer_id"] = people[row["customer_id"]]
        key: Key = tuple(row.pop(name) for name in mart.key)
        while key in table:
            # A row that is there twice is one too many.
            key = (*key, "again")
        table[key] = row
    return table


def lacking(mart: Mart, found: Table, truth: Table) -> set[str]:
    """Columns that only the oracle has, which must be awaited, or only the mart."""
    there, known = columns(found), columns(truth)
    unknown = there - known
    assert not unknown, f"the oracle does not compute {sorted(unknown)} of {mart.name}"
    return {f"{mart.name}.{name}" for name in known - there}


def columns(table: Table) -> set[str]:
    """The columns of a table beside its key."""
    return set(next(iter(table.values())))


def compared(platform: Platform, mart: Mart, truth: Table, people: Any) -> Comparison:
    """A mart beside what the oracle says."""
    found = rows(platform, mart, people)
    if not found:
        return Comparison(0, 0, [f"{mart.name} is empty"])
    shared = columns(found) & columns(truth)
    return compare(mart.name, found, truth, sorted(shared))
