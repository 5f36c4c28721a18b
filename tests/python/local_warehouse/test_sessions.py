"""Sessions of the official connector: at once, cancelled, refused, closed."""

from __future__ import annotations

import threading
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import pytest
from databricks.sql import exc

from tests.python.support.warehouse import SOON, Warehouse, rows

pytestmark = pytest.mark.warehouse

# Hours of work, were nobody to stop it; Spark looks up after each million pairs or so.
HEAVY = (
    "select count(*) from range(1000000000) a cross join range(1000000) b"
    " where (a.id * b.id) % 7 = 3"
)


def logged(warehouse: Warehouse, statement: str) -> list[str]:
    """Return how the runs of a statement have ended."""
    return [
        line["state"]
        for line in warehouse.statements()
        if line["statement"] == statement
    ]


def test_cancelled_statement(warehouse: Warehouse, figures: list[str]) -> None:
    statement = f"{HEAVY} -- to be cancelled"
    raised: list[Exception] = []

    with warehouse.connection() as connection, connection.cursor() as cursor:

        def run() -> None:
            try:
                cursor.execute(statement)
            except Exception as error:
                raised.append(error)

        thread = threading.Thread(target=run)
        thread.start()
        # Past the first answer, so that the connector knows what to cancel.
        time.sleep(8)
        assert not raised
        start = time.monotonic()
        cursor.cancel()
        thread.join(SOON)
        assert not thread.is_alive()
        figures.append(
            f"a statement ends {time.monotonic() - start:.1f} s after cancel()"
        )
        [error] = raised
        assert isinstance(error, exc.DatabaseError)
        assert "[OPERATION_CANCELED]" in str(error)
        # The session lives, and Spark has nothing else to do: otherwise this would
        # wait for hours behind the tasks of the other statement.
        start = time.monotonic()
        with connection.cursor() as other:
            assert rows(other, "select count(*) from range(1000)") == [(1000,)]
        assert time.monotonic() - start < SOON
    wait_for(lambda: logged(warehouse, statement) == ["cancelled"])


def wait_for(condition: Any) -> None:
    deadline = time.monotonic() + SOON
    while not condition():
        assert time.monotonic() < deadline
        time.sleep(0.1)


def test_closing_the_session_stops_its_statements(warehouse: Warehouse) -> None:
    statement = f"{HEAVY} -- left alone"
    with warehouse.connection() as connection:
        cursor = connection.cursor()
        cursor.execute_async(statement)
        assert cursor.is_query_pending()
    wait_for(lambda: logged(warehouse, statement) == ["cancelled"])


def test_eight_sessions_at_once(warehouse: Warehouse, figures: list[str]) -> None:
    together = threading.Barrier(8)

    def work(number: int) -> list[Any]:
        with warehouse.connection() as connection, connection.cursor() as cursor:
            rows(cursor, f"create temporary view mine as select {number} as number")
            rows(cursor, f"set spark.sql.shuffle.partitions = {number + 1}")
            rows(cursor, f"set time zone '+0{number}:00'")
            # All views and settings are there before any is read.
            together.wait(SOON)
            return [
                rows(cursor, "select number from mine"),
                rows(cursor, "set spark.sql.shuffle.partitions")[0][1],
                rows(cursor, "select current_timezone()"),
                rows(cursor, f"select sum(id) from range({number} * 100000 + 1)"),
            ]

    start = time.monotonic()
    with ThreadPoolExecutor(8) as pool:
        results = list(pool.map(work, range(8)))
    figures.append(f"8 sessions at once: {time.monotonic() - start:.1f} s")
    for number, result in enumerate(results):
        last = number * 100_000
        assert result == [
            [(number,)],
            str(number + 1),
            [(f"+0{number}:00",)],
            [(last * (last + 1) // 2,)],
        ]


def test_sessions_do_not_see_each_others_views(warehouse: Warehouse) -> None:
    with warehouse.connection() as one, warehouse.connection() as other:
        with one.cursor() as cursor:
            rows(cursor, "create temporary view only_mine as select 1 as a")
        with other.cursor() as cursor, pytest.raises(exc.ServerOperationError) as error:
            rows(cursor, "select * from only_mine")
    assert "[TABLE_OR_VIEW_NOT_FOUND]" in str(error.value)


def test_wrong_token_is_refused_at_once(warehouse: Warehouse) -> None:
    start = time.monotonic()
    with (
        pytest.raises(exc.RequestError) as raised,
        warehouse.connection(access_token="wrong"),
    ):
        pass
    assert "The token is missing or wrong" in str(raised.value)
    assert warehouse.token not in str(raised.value)
    # No retries, which the connector makes for minutes.
    assert time.monotonic() - start < SOON


def test_metadata(cursor: Any) -> None:
    rows(cursor, "create schema if not exists shop")
    rows(
        cursor,
        "create or replace table shop.orders (order_id bigint not null comment 'key',"
        " amount decimal(18,2), lines array<struct<sku: string>>)",
    )
    rows(cursor, "create or replace view shop.all_orders as select * from shop.orders")
    cursor.catalogs()
    assert [row.TABLE_CAT for row in cursor.fetchall()] == ["main"]
    cursor.schemas(catalog_name="main", schema_name="sh%")
    assert [(row.TABLE_SCHEM, row.TABLE_CATALOG) for row in cursor.fetchall()] == [
        ("shop", "main")
    ]
    cursor.tables(catalog_name="main", schema_name="shop")
    assert [(row.TABLE_NAME, row.TABLE_TYPE) for row in cursor.fetchall()] == [
        ("orders", "TABLE"),
        ("all_orders", "VIEW"),
    ]
    cursor.tables(schema_name="shop", table_types=["VIEW"])
    assert [row.TABLE_NAME for row in cursor.fetchall()] == ["all_orders"]
    cursor.columns(schema_name="shop", table_name="orders", column_name="%")
    assert [
        (row.COLUMN_NAME, row.TYPE_NAME, row.IS_NULLABLE, row.REMARKS)
        for row in cursor.fetchall()
    ] == [
        ("order_id", "BIGINT", "NO", "key"),
        ("amount", "DECIMAL(18,2)", "YES", ""),
        ("lines", "ARRAY<STRUCT<SKU:STRING>>", "YES", ""),
    ]


def test_asynchronous_execution(cursor: Any) -> None:
    cursor.execute_async("select count(*) from range(1000)")
    wait_for(lambda: not cursor.is_query_pending())
    cursor.get_async_execution_result()
    assert [tuple(row) for row in cursor.fetchall()] == [(1000,)]


def test_closed_cursor_and_session(warehouse: Warehouse) -> None:
    with warehouse.connection() as connection:
        cursor = connection.cursor()
        cursor.close()
        with pytest.raises(exc.InterfaceError):
            cursor.execute("select 1")
        # On the server's side: as another client that closes the same session.
        backend = connection.session.backend
        backend.close_session(connection.session._session_id)
        with pytest.raises(exc.DatabaseError, match="INVALID_HANDLE"):
            connection.cursor().execute("select 1")


def test_statements_are_logged(warehouse: Warehouse, cursor: Any) -> None:
    statement = "select 'logged', '☃'\n-- with a comment"
    rows(cursor, statement)
    [line] = [one for one in warehouse.statements() if one["statement"] == statement]
    assert line["state"] == "finished"
    with pytest.raises(exc.ServerOperationError):
        rows(cursor, "selec 'logged'")
    line = warehouse.statements()[-1]
    assert (line["statement"], line["state"]) == ("selec 'logged'", "failed")
    assert line["message"].startswith("[PARSE_SYNTAX_ERROR]")


def test_files_that_hold_secrets_are_for_their_owner(warehouse: Warehouse) -> None:
    def mode(path: str) -> int:
        return Path(warehouse.data, path).stat().st_mode & 0o777

    assert mode("statements.jsonl") == mode("spark.log") == 0o600
    assert mode("certificates/server.key") == 0o600
    # It was given by the environment.
    assert not Path(warehouse.data, "token").exists()
    for file in warehouse.data.rglob("*.log"):
        assert warehouse.token not in file.read_text("utf-8", errors="replace")
