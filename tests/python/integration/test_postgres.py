"""A real PostgreSQL as the shop database: every kind of value arrives as it is."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from typing import Any

import pytest
import sqlalchemy as sa

from ingestion import load, postgres
from tests.python.ingestion.ingestion_project import Project
from tests.python.support.postgres import PASSWORD, Cluster

pytestmark = pytest.mark.integration

ORDERS = """create table {name} (
    order_id bigint primary key, customer_id bigint, ordered_at timestamp,
    status text, currency text, total_amount numeric(18, 4), updated_at timestamptz
    {more})"""


class Shop:
    """The database `shop`, in which a test makes what it needs."""

    def __init__(self, url: str) -> None:
        self.engine = sa.create_engine(url)

    def execute(self, *statements: str) -> None:
        with self.engine.begin() as connection:
            for statement in statements:
                connection.exec_driver_sql(statement)


@pytest.fixture
def shop(
    cluster: Cluster, project: Project, monkeypatch: pytest.MonkeyPatch
) -> Iterator[Shop]:
    url = cluster.create_database("shop")
    monkeypatch.setenv("SHOP_DATABASE_URL", url)
    made = Shop(url)
    yield made
    made.engine.dispose()


def run_orders(project: Project) -> str:
    result = project.call("run", "--source", "shop", "--table", "orders")
    assert result.exit_code == 0, result.output or result.exception
    return str(result.output)


def orders(project: Project, *columns: str) -> list[Any]:
    return sorted(project.values("shop/orders", "order_id", *columns))


def test_times_are_moments_whatever_zone_the_session_has(
    project: Project, shop: Shop
) -> None:
    """The server's zone is Riyadh's; a time without zone is UTC by the contract."""
    shop.execute(
        "alter database shop set timezone = 'America/New_York'",
        "alter database shop set datestyle = 'German'",
        ORDERS.format(name="orders", more=""),
        "insert into orders values"
        " (1, 7, '2025-03-09 02:30:00.123456', 'paid', 'EGP', 1,"
        "  '2025-03-09 02:30:00.123456+02'),"
        " (2, 7, '0001-01-01', 'paid', 'EGP', 1, '9999-12-31 23:59:59.999999Z')",
    )
    run_orders(project)
    assert [
        (key, ordered.isoformat(), updated.isoformat())
        for key, ordered, updated in orders(project, "ordered_at", "updated_at")
    ] == [
        ("1", "2025-03-09T02:30:00.123456+00:00", "2025-03-09T00:30:00.123456+00:00"),
        ("2", "0001-01-01T00:00:00+00:00", "9999-12-31T23:59:59.999999+00:00"),
    ]


def test_numbers_and_texts_arrive_whole(project: Project, shop: Shop) -> None:
    texts = ["", " x ", "مرحبا", "👩‍👩‍👧 ü", 'a,"b"\n\\N\r\n\t\\.', "null", "\\N", None]
    shop.execute(ORDERS.format(name="orders", more=", country text"))
    with shop.engine.begin() as connection:
        for number, text in enumerate(texts):
            connection.exec_driver_sql(
                "insert into orders values (%s, 7, '2025-01-01', 'paid', 'EGP',"
                " 99999999999999.9999, '2025-01-01', %s)",
                (number, text),
            )
    run_orders(project)
    assert [row[1] for row in orders(project, "country")] == texts
    assert {str(row[1]) for row in orders(project, "total_amount")} == {
        "99999999999999.9999"
    }


def test_kinds_that_the_contract_does_not_know_are_kept(
    project: Project, shop: Shop
) -> None:
    shop.execute(
        "create type mood as enum ('glad', 'sad')",
        ORDERS.format(
            name="orders",
            more=", token uuid, document jsonb, tags text[], grid int[][], photo bytea,"
            " mood mood, is_gift boolean, ratio double precision, amount numeric,"
            " seen_at timestamptz, day date, clock time, spent interval, place point,"
            " address inet, span int4range, price money, big bigint",
        ),
        "insert into orders values (1, 7, '2025-01-01', 'paid', 'EGP', 1, '2025-01-01',"
        ' \'a0eebc99-9c0b-4ef8-bb6d-6bb9bd380a11\', \'{"b": [1, null], "a": "مر"}\','
        " '{x,\"y,z\",null}', '{{1,2},{3,4}}', '\\x00ff', 'glad', true, 0.1, 10.50,"
        " '2025-01-01 00:00:00+03', '2025-02-03', '04:05:06', '1 day 2 hours',"
        " '(1,2)', '10.0.0.1', '[1,5)', '$1,234.50', 9007199254740993)",
        "insert into orders values (2, 7, '2025-01-01', 'paid', 'EGP', 1, '2025-01-01',"
        " null, 'null', '{}')",
        "insert into orders values (3, 7, '2025-01-01', 'paid', 'EGP', 1,"
        " '2025-01-01')",
    )
    run_orders(project)
    [(_, full), (_, hollow), (_, none)] = orders(project, "_extra")
    assert json.loads(full) == {
        "token": "a0eebc99-9c0b-4ef8-bb6d-6bb9bd380a11",
        "document": {"a": "مر", "b": [1, None]},
        "tags": ["x", "y,z", None],
        "grid": [[1, 2], [3, 4]],
        "photo": "\\x00ff",
        "mood": "glad",
        "is_gift": True,
        "ratio": 0.1,
        "amount": 10.5,
        "seen_at": "2024-12-31T21:00:00+00:00",
        "day": "2025-02-03",
        "clock": "04:05:06",
        "spent": "P1DT2H",
        "place": "(1,2)",
        "address": "10.0.0.1",
        "span": "[1,5)",
        "price": 1234.5,
        "big": 9007199254740993,
    }
    assert (hollow, none) == ('{"tags":[]}', None)


def test_other_types_than_the_contract_expects(project: Project, shop: Shop) -> None:
    """Structures in text columns are JSON, ids are text, texts become numbers."""
    shop.execute(
        "create table orders (order_id numeric primary key, customer_id uuid,"
        " ordered_at date, status jsonb, currency char(5), total_amount text,"
        " updated_at timestamptz)",
        "insert into orders values (1.0, 'a0eebc99-9c0b-4ef8-bb6d-6bb9bd380a11',"
        " '2025-01-01', '{\"b\": 1, \"a\": [2.50]}', 'EGP', ' 10.00005 ',"
        " '2025-01-01')",
    )
    run_orders(project)
    [row] = project.rows("shop/orders")
    assert row["order_id"] == "1"
    assert row["customer_id"] == "a0eebc99-9c0b-4ef8-bb6d-6bb9bd380a11"
    assert row["ordered_at"].isoformat() == "2025-01-01T00:00:00+00:00"
    assert row["status"] == '{"a":[2.5],"b":1}'
    assert row["currency"] == "EGP  "
    assert str(row["total_amount"]) == "10.0001"


def test_values_that_nothing_can_hold_are_set_aside(
    project: Project, shop: Shop
) -> None:
    """A driver that parses them would fail the whole table."""
    project.edit("shop", "max_rejected_ratio: 0.05", "max_rejected_ratio: 1.0")
    shop.execute(
        ORDERS.format(name="orders", more=", note text").replace("(18, 4)", ""),
        "insert into orders values"
        " (1, 7, '2025-01-01', 'paid', 'EGP', 1, '2025-01-01', 'ok'),"
        " (2, 7, 'infinity', 'paid', 'EGP', 1, '2025-01-01', null),"
        " (3, 7, '0044-03-15 BC', 'paid', 'EGP', 1, '2025-01-01', null),"
        " (4, 7, '12025-01-01', 'paid', 'EGP', 'NaN', '2025-01-01', 'ü'),"
        " (5, 7, '2025-01-01', 'paid', 'EGP', 1e20, '-infinity', null),"
        " (6, null, null, 'paid', 'EGP', null, null, null)",
    )
    run_orders(project)
    assert [key for key, _ in orders(project, "status")] == ["1"]
    rejected = project.rows("shop/_rejected")
    assert {row["source_record_id"]: row["reason"] for row in rejected} == {
        "2": "ordered_at is not a timestamp",
        "3": "ordered_at is not a timestamp",
        "4": "ordered_at is not a timestamp; total_amount is not a number",
        "5": "total_amount does not fit decimal(18,4); updated_at is not a timestamp",
        "6": "customer_id is missing; ordered_at is missing; total_amount is missing;"
        " updated_at is missing",
    }
    [payload] = [row["payload"] for row in rejected if row["source_record_id"] == "4"]
    assert json.loads(payload) == {
        "order_id": 4,
        "customer_id": 7,
        "ordered_at": "12025-01-01 00:00:00",
        "status": "paid",
        "currency": "EGP",
        "total_amount": "NaN",
        "updated_at": "2024-12-31T21:00:00+00:00",
        "note": "ü",
    }


@pytest.mark.parametrize("kind", ["table", "view"])
def test_schema_other_than_public(project: Project, shop: Shop, kind: str) -> None:
    project.edit("shop", "kind: sql", 'kind: sql\n          db_schema: "Shöp %s"')
    shop.execute('create schema "Shöp %%s"')
    name = '"Shöp %%s".orders' if kind == "table" else "public.hidden"
    shop.execute(
        ORDERS.format(name=name, more=', "100%% ""new""" text'),
        f"insert into {name} values"
        " (1, 7, '2025-01-01', 'paid', 'EGP', 1, '2025-01-01', 'a')",
    )
    if kind == "view":
        shop.execute(f'create view "Shöp %%s".orders as select * from {name}')
    run_orders(project)
    assert orders(project, "_extra") == [("1", '{"100% \\"new\\"":"a"}')]


def test_window_asks_for_what_is_new(project: Project, shop: Shop) -> None:
    shop.execute(
        ORDERS.format(name="orders", more=""),
        "insert into orders select n, 7, '2025-01-01', 'paid', 'EGP', 1,"
        " timestamptz '2025-01-01' + n * interval '1 minute'"
        " from generate_series(1, 300) n",
    )
    assert "300 delivered, 300 landed" in run_orders(project)
    shop.execute(
        "update orders set status = 'sent', updated_at = '2025-01-02 00:00:00+03'"
        " where order_id = 5",
        "insert into orders values (999, 7, '2025-01-01', 'paid', 'EGP', 1,"
        " '2025-01-01 04:30:00Z')",
    )
    # The hour before the cursor 05:00 UTC, both ends included, and the two.
    assert "63 delivered, 2 landed" in run_orders(project)
    assert [row for row in orders(project, "status") if row[0] in ("5", "999")] == [
        ("5", "paid"),
        ("5", "sent"),
        ("999", "paid"),
    ]


def test_other_drivers_stream_with_a_cursor_of_the_server(
    project: Project, shop: Shop, cluster: Cluster, monkeypatch: pytest.MonkeyPatch
) -> None:
    """What is landed is the same as with COPY."""
    shop.execute(
        ORDERS.format(name="orders", more=", tags text[], ratio float8, is_gift bool"),
        "insert into orders select n, 7, '2025-01-01', 'paid', 'EGP', n / 7.0,"
        " timestamptz '2025-01-01' + n * interval '1 second', array['a', n::text],"
        " n / 3.0, n > 9 from generate_series(1, 12000) n",
    )
    run_orders(project)
    copied = orders(project, "total_amount", "updated_at", "_extra")
    monkeypatch.setattr(postgres, "can_copy", lambda engine: False)
    result = project.run("--source", "shop", "--table", "orders", "--full-refresh")
    assert "12,000 delivered, 0 landed" in result.output
    assert orders(project, "total_amount", "updated_at", "_extra") == copied
    assert re.search(r'DECLARE "\w+" CURSOR', cluster.log)
    assert cluster.log.count("FETCH FORWARD") >= 2


def test_wide_rows_are_committed_earlier(
    project: Project, shop: Shop, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(load, "COMMIT_BYTES", 1_000_000)
    monkeypatch.setattr(postgres, "BATCH_BYTES", 100_000)
    shop.execute(
        ORDERS.format(name="orders", more=""),
        "insert into orders select n, 7, '2025-01-01', repeat('x', 1000), 'EGP', 1,"
        " timestamptz '2025-01-01' + n * interval '1 second'"
        " from generate_series(1, 6000) n",
    )
    run_orders(project)
    assert len(orders(project, "status")) == 6_000
    commits = {row["_loaded_at"] for row in project.rows("shop/orders")}
    assert 4 <= len(commits) <= 12


def test_empty_table(project: Project, shop: Shop) -> None:
    shop.execute(ORDERS.format(name="orders", more=""))
    assert "0 delivered, 0 landed" in run_orders(project)


def test_database_of_broken_text(
    project: Project, cluster: Cluster, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A database without an encoding takes any bytes."""
    admin = Shop(cluster.url())
    with admin.engine.connect().execution_options(
        isolation_level="AUTOCOMMIT"
    ) as connection:
        connection.exec_driver_sql(
            "create database bytes encoding 'SQL_ASCII' template template0"
        )
    admin.engine.dispose()
    monkeypatch.setenv("SHOP_DATABASE_URL", cluster.url("bytes"))
    shop = Shop(cluster.url("bytes") + "?client_encoding=utf8")
    shop.execute(
        ORDERS.format(name="orders", more=""),
        "insert into orders values (1, 7, '2025-01-01', E'A\\xff', 'EGP', 1,"
        " '2025-01-01')",
    )
    shop.engine.dispose()
    run_orders(project)
    assert orders(project, "status") == [("1", "A\ufffd")]


def test_wrong_password_is_one_line_without_it(
    project: Project, cluster: Cluster, monkeypatch: pytest.MonkeyPatch
) -> None:
    url = sa.make_url(cluster.url()).set(password=PASSWORD + "x")
    monkeypatch.setenv("SHOP_DATABASE_URL", url.render_as_string(hide_password=False))
    result = project.call("run")
    assert result.exit_code == 1
    assert "check SHOP_DATABASE_URL" in result.output
    assert PASSWORD not in result.output
    assert "Traceback" not in result.output
