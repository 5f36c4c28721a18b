"""Databases: any driver's values, in order, without losing a row."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from ingestion import load, sql
from ingestion.errors import ConnectionLostError
from ingestion.typed import RawBatch
from tests.python.ingestion.fake_sources import ShopDatabase
from tests.python.ingestion.ingestion_project import Project

CUSTOMERS = "shop/customers"


def run(project: Project, table: str = "customers") -> None:
    project.run("--source", "shop", "--table", table)


def test_rows_are_typed(project: Project, shop: ShopDatabase) -> None:
    shop.execute("alter table orders add column gift text")
    shop.insert(
        "orders",
        (1, 7, "2025-01-01T03:00:00+03:00", "paid", "EGP", 10.1, "2025-01-01", "yes"),
        (2, 7, "2025-01-01 00:00:00.5", "paid", "EGP", 2.00005, "2025-01-02", None),
    )
    run(project, "orders")
    rows = project.rows("shop/orders")
    assert [str(row["total_amount"]) for row in rows] == ["10.1000", "2.0001"]
    assert [row["customer_id"] for row in rows] == ["7", "7"]
    assert rows[0]["ordered_at"].isoformat() == "2025-01-01T00:00:00+00:00"
    assert rows[1]["ordered_at"].isoformat() == "2025-01-01T00:00:00.500000+00:00"
    assert [row["_extra"] for row in rows] == ['{"gift":"yes"}', None]
    assert rows[0]["discount_amount"] is None  # the table has no such column


def test_values_that_do_not_fit_are_set_aside(
    project: Project, shop: ShopDatabase
) -> None:
    shop.insert(
        "orders",
        (1, 7, "2025-01-01", "paid", "EGP", 10, "2025-01-01"),
        (2, 7, "2025-02-30", "paid", "EGP", 10, "2025-01-01"),
        (3, 7, "2025-01-01", "paid", "EGP", "ten", "never"),
        (4, None, "2025-01-01", "paid", "EGP", float("inf"), 1_700_000_000),
    )
    run(project, "orders")
    assert project.values("shop/orders", "order_id") == ["1"]
    assert set(project.values("shop/_rejected", "source_record_id", "reason")) == {
        ("2", "ordered_at is not a timestamp"),
        ("3", "total_amount is not a number; updated_at is not a timestamp"),
        (
            "4",
            "customer_id is missing; total_amount is not a number;"
            " updated_at is not a timestamp",
        ),
    }


@pytest.mark.parametrize(
    "late",
    [
        "2025-01-01T22:30:00-05:00",
        "2025-01-02T03:30:00Z",
        "2025-01-02 03:30:00",
        "2025-01-02T06:30:00.123+03:00",
    ],
)
def test_window_finds_every_way_to_write_a_time(
    project: Project, shop: ShopDatabase, late: str
) -> None:
    shop.insert("customers", (1, "Aya", None, "2025-01-02 04:00:00"))
    run(project)
    shop.insert("customers", (2, "Omar", None, late), (3, "Old", None, "2024-12-01"))
    run(project)
    assert project.values(CUSTOMERS, "first_name") == ["Aya", "Omar"]


def test_window_leaves_out_what_is_older(project: Project, shop: ShopDatabase) -> None:
    shop.insert("customers", *((n, "Aya", None, "2024-01-01") for n in range(50)))
    shop.insert("customers", (99, "Omar", None, "2025-01-02"))
    run(project)
    output = project.run("--source", "shop", "--table", "customers").output
    assert "shop.customers: 1 delivered, 0 landed" in output


def test_broken_utf8_arrives(project: Project, shop: ShopDatabase) -> None:
    shop.execute(
        "insert into customers values (1, cast(x'41ff' as text), null, '2025-01-01')"
    )
    run(project)
    assert project.values(CUSTOMERS, "first_name") == ["A\ufffd"]


def test_missing_required_column(project: Project, shop: ShopDatabase) -> None:
    shop.execute("alter table refunds rename column amount to sum")
    result = project.call("run", "--source", "shop")
    assert result.exit_code == 1
    assert "shop.refunds: the database table 'refunds' has no column 'amount'" in (
        result.output
    )
    assert "shop.orders: 0 delivered" in result.output


def test_missing_table(project: Project, shop: ShopDatabase) -> None:
    shop.execute("drop table order_lines")
    result = project.call("run", "--source", "shop")
    assert result.exit_code == 1
    assert "the database has no table 'order_lines'" in result.output


def test_database_that_is_none(
    project: Project, shop: ShopDatabase, monkeypatch: pytest.MonkeyPatch
) -> None:
    (project.folder / "text.db").write_text("this is no database " * 100)
    monkeypatch.setenv("SHOP_DATABASE_URL", f"sqlite:///{project.folder}/text.db")
    result = project.call("run")
    assert result.exit_code == 1
    assert "check SHOP_DATABASE_URL" in result.output


@pytest.mark.parametrize("table", ["customers", "products"])
@pytest.mark.parametrize("breaks", [1, 5, 6])
def test_a_broken_connection_is_replaced_five_times(
    project: Project,
    shop: ShopDatabase,
    monkeypatch: pytest.MonkeyPatch,
    table: str,
    breaks: int,
) -> None:
    """What was in hand is let go and comes again; the log still adds up."""
    values = (
        (n, "Aya", None if table == "customers" else 1.5, "2025-01-01")
        for n in range(100)
    )
    shop.insert(table, *values)
    monkeypatch.setattr(load, "PAUSES", (0.0,) * 5)
    monkeypatch.setattr(sql, "BATCH_ROWS", 30)
    original = sql.SqlReading.batches
    attempts = 0

    def breaking(self: sql.SqlReading) -> Iterator[RawBatch]:
        nonlocal attempts
        attempts += 1
        for index, batch in enumerate(original(self)):
            if index == 2 and attempts <= breaks:
                raise ConnectionLostError("the connection broke")
            yield batch

    monkeypatch.setattr(sql.SqlReading, "batches", breaking)
    result = project.call("run", "--source", "shop", "--table", table)
    assert (result.exit_code, attempts) == ((0, breaks + 1) if breaks < 6 else (1, 6))
    landed = project.values(f"shop/{table}", f"{table[:-1]}_id")
    assert sorted(map(int, landed)) == (list(range(100)) if breaks < 6 else [])
    rows = project.rows("_ingestion/loads")
    names = [name for name in rows[0] if name.endswith("_count")]
    counts = {name: sum(row[name] for row in rows) for name in names}
    assert counts["not_landed_count"] == 60 * breaks
    assert counts["landed_count"] == len(landed)
    assert counts["delivered_count"] == 60 * breaks + len(landed)
