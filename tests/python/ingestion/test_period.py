"""`run --from --to`: lands what is missing in a part of the past, and nothing else."""

from __future__ import annotations

import pytest

from ingestion.contract import Column
from ingestion.errors import SettingsError
from ingestion.period import Period
from tests.python.ingestion.fake_sources import (
    FakeSources,
    ShopDatabase,
    customer,
    event,
    moment,
)
from tests.python.ingestion.ingestion_project import Project


def cursor(project: Project, name: str) -> int | None:
    return project.delta(name).transaction_version(f"ingestion/{name}/cursor")


@pytest.fixture
def read(project: Project, commerce: FakeSources) -> FakeSources:
    """Five customers, read; then two old ones turn up that the source had held back."""
    commerce.customers = [customer(n, moment(3600 * n)) for n in (1, 3, 5, 7, 9)]
    project.run("--table", "customers", "--source", "commerce")
    commerce.customers += [customer(n, moment(3600 * n)) for n in (2, 4, 8)]
    return commerce


def test_what_is_missing_in_the_period_is_landed(
    project: Project, read: FakeSources
) -> None:
    reached = cursor(project, "commerce/customers")
    project.run(
        *("--source", "commerce", "--table", "customers"),
        *("--from", moment(3600 * 2), "--to", moment(3600 * 8)),
    )
    keys = project.values("commerce/customers", "customer_id")
    assert sorted(keys) == ["1", "2", "3", "4", "5", "7", "9"]
    assert keys[5:] == ["2", "4"]
    assert cursor(project, "commerce/customers") == reached


def test_the_start_is_in_and_the_end_is_out(
    project: Project, read: FakeSources
) -> None:
    customers = ("--source", "commerce", "--table", "customers")
    project.run(*customers, "--from", moment(3600 * 2), "--to", moment(3600 * 4))
    assert project.values("commerce/customers", "customer_id")[5:] == ["2"]
    project.run(*customers, "--to", moment(3600 * 4 + 1))
    assert project.values("commerce/customers", "customer_id")[6:] == ["4"]
    project.run(*customers, "--from", moment(3600 * 5))
    assert project.values("commerce/customers", "customer_id")[7:] == ["8"]


def test_again_it_lands_nothing(project: Project, read: FakeSources) -> None:
    words = ("--source", "commerce", "--table", "customers", "--from", moment(0))
    project.run(*words)
    version = project.delta("commerce/customers").version()
    project.run(*words)
    assert project.delta("commerce/customers").version() == version
    assert len(project.rows("commerce/customers")) == 8


def test_nothing_beyond_the_cursor_is_skipped_afterwards(
    project: Project, read: FakeSources
) -> None:
    """A period in the future of the cursor does not move it over what lies between."""
    read.customers += [customer(n, moment(3600 * n)) for n in (11, 12, 13)]
    customers = ("--source", "commerce", "--table", "customers")
    project.run(*customers, "--from", moment(3600 * 13))
    assert project.values("commerce/customers", "customer_id")[5:] == ["13"]
    project.run(*customers)
    keys = project.values("commerce/customers", "customer_id")
    # The next run looks back by the contract's `lag`, an hour, which finds 8.
    assert sorted(keys, key=int) == ["1", "3", "5", "7", "8", "9", "11", "12", "13"]


def test_before_the_first_load_it_does_not_stand_for_one(
    project: Project, commerce: FakeSources
) -> None:
    commerce.customers = [customer(n, moment(3600 * n)) for n in range(6)]
    customers = ("--source", "commerce", "--table", "customers")
    project.run(*customers, "--from", moment(3600 * 4))
    assert cursor(project, "commerce/customers") is None
    project.run(*customers)
    keys = project.values("commerce/customers", "customer_id")
    assert keys == ["4", "5", "0", "1", "2", "3"]


def test_reading_ends_with_the_period(project: Project, commerce: FakeSources) -> None:
    commerce.largest_page = 2
    commerce.customers = [customer(n, moment(3600 * n)) for n in range(20)]
    customers = ("--source", "commerce", "--table", "customers")
    project.run(*customers, "--to", moment(3600 * 4))
    assert len(project.rows("commerce/customers")) == 4
    # All of it would take ten pages, and more as pages are asked for by cursor.
    assert commerce.counts["/v1/customers"] < 10


def test_records_without_cursor_value_are_in_no_period(
    project: Project, commerce: FakeSources
) -> None:
    commerce.events = [event(1, moment(0)), event(2, None), event(3, moment(60))]
    project.run("--table", "events", "--to", moment(30))
    assert project.values("commerce/events", "event_id") == ["e1"]


def test_a_database_and_a_day(project: Project, shop: ShopDatabase) -> None:
    rest = ("2025-01-01", "paid", "EGP", 1)
    shop.insert(
        "orders", *((n, n, *rest, f"2025-01-{n:02d} 12:00:00") for n in range(1, 9))
    )
    orders = ("--source", "shop", "--table", "orders")
    project.run(*orders, "--from", "2025-01-03", "--to", "2025-01-05")
    assert project.values("shop/orders", "order_id") == ["3", "4"]


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (
            ["--from", "2025-01-01"],
            "--from and --to need a source that can be asked by a cursor; these"
            " cannot: shop.products; choose others with --source and --table, or"
            " use --full-refresh",
        ),
        (
            ["--table", "orders", "--from", "yesterday"],
            "--from 'yesterday' is no timestamp, as shop.orders.updated_at is",
        ),
        (
            ["--table", "orders", "--from", "2025-01-02", "--to", "2025-01-02"],
            "--from 2025-01-02 is not before --to 2025-01-02; the end is excluded",
        ),
        (
            ["--table", "orders", "--to", "2025-01-02", "--full-refresh"],
            "--full-refresh asks for everything, --from and --to for a part of it:"
            " leave one of them out",
        ),
    ],
)
def test_what_cannot_be_asked_is_said_before_anything_is_read(
    project: Project, shop: ShopDatabase, arguments: list[str], message: str
) -> None:
    result = project.call("run", "--source", "shop", *arguments)
    assert (result.exit_code, result.stderr) == (1, f"error: {message}\n")
    assert not project.lake.exists()


def test_a_database_is_asked_for_no_more_than_the_period(
    project: Project, shop: ShopDatabase
) -> None:
    """A number as the cursor, which SQLite compares as such."""
    text = project.contract("shop").read_text()
    before, refunds, after = text.partition("      - name: refunds\n")
    old = "          - name: updated_at\n"
    assert old in after
    head, column, tail = after.partition(old)
    tail = tail.replace("data_type: timestamp", "data_type: bigint", 1)
    project.contract("shop").write_text(before + refunds + head + column + tail)
    shop.execute(
        "drop table refunds",
        "create table refunds (refund_id integer, order_id integer,"
        " refunded_at text, amount real, currency text, updated_at integer)",
    )
    shop.insert(
        "refunds", *((n, n, "2025-01-01", 1, "EGP", 100 + n) for n in range(1, 9))
    )
    words = ("--source", "shop", "--table", "refunds")
    result = project.run(*words, "--from", "103", "--to", "105")
    assert project.values("shop/refunds", "refund_id") == ["3", "4"]
    assert "shop.refunds: 2 delivered, 2 landed" in result.output


def test_a_number_that_no_column_holds() -> None:
    number = Column(name="id", data_type="bigint")
    assert Period(str(2**63 - 1), None).window("shop.visits", number).start == 2**63 - 1
    with pytest.raises(SettingsError, match="is no whole number, as shop"):
        Period(str(2**63), None).window("shop.visits", number)
