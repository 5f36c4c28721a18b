"""A database of twenty thousand orders, and a driver that fails when it is told to."""

from __future__ import annotations

import datetime as dt
import sqlite3
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa

ORDERS = 20_000
BATCH_ROWS = 1_000
_BEGIN = dt.datetime(2025, 1, 1, tzinfo=dt.UTC)
_COLUMNS = (
    "order_id integer primary key, customer_id integer, ordered_at text, status text,"
    " currency text, total_amount real, updated_at text"
)


def make_database(path: Path, *, dates_alike: bool = False) -> str:
    """Write the orders as they are at the first run; return the URL."""
    with sqlite3.connect(path) as connection:
        connection.execute("pragma journal_mode = wal")
        connection.execute(f"create table orders ({_COLUMNS})")
        insert(connection, (order(n, n, dates_alike) for n in range(ORDERS)))
    connection.close()
    # A lock is an answer at once, not after the driver's five seconds.
    return f"sqlite:///{path}?timeout=0"


def move_on(path: Path, *, dates_alike: bool = False) -> None:
    """Let a week pass: new orders, changed ones, and one that was committed late."""
    with sqlite3.connect(path) as connection:
        last = ORDERS - 1
        changed = range(0, ORDERS, 50)
        insert(connection, (order(n, ORDERS + n, dates_alike) for n in changed))
        new = range(ORDERS, ORDERS + 400)
        insert(connection, (order(n, ORDERS + n, dates_alike) for n in new))
        insert(connection, [order(ORDERS + 400, last - 10, dates_alike)])
    connection.close()


def order(number: int, minute: int, dates_alike: bool) -> tuple[Any, ...]:
    """Return an order that changed last in a minute; alike: in one of few moments."""
    changed = _BEGIN + dt.timedelta(minutes=minute - minute % 3_000 * dates_alike)
    return (
        number,
        number % 700,
        "2025-01-01 00:00:00",
        "paid" if minute == number else "shipped",
        "EGP",
        float(number),
        f"{changed:%Y-%m-%d %H:%M:%S}",
    )


def insert(connection: sqlite3.Connection, rows: Any) -> None:
    marks = ",".join("?" * 7)
    connection.executemany(f"insert or replace into orders values ({marks})", rows)


@dataclass
class Driver:
    """SQLite's driver, counted and disturbed.

    Attributes:
        fetched: Batches that were asked for.
        at_fetch: Called before each of them with its number.
        at_connect: Called before each connection.
    """

    fetched: int = 0
    at_fetch: Callable[[int], None] = field(default=lambda number: None)
    at_connect: Callable[[], None] = field(default=lambda: None)

    def heal(self) -> None:
        self.fetched = 0
        self.at_fetch = lambda number: None
        self.at_connect = lambda: None

    def install(self, monkeypatch: pytest.MonkeyPatch) -> None:
        driver, create = self, sa.create_engine

        class Cursor(sqlite3.Cursor):
            def fetchmany(self, size: int | None = 1) -> list[Any]:
                driver.fetched += 1
                driver.at_fetch(driver.fetched)
                return super().fetchmany(size)

        class Connection(sqlite3.Connection):
            def __init__(self, *arguments: Any, **options: Any) -> None:
                driver.at_connect()
                super().__init__(*arguments, **options)

            def cursor(self, factory: Any = None) -> Any:
                return super().cursor(Cursor)

        def disturbed(url: str, **options: Any) -> sa.Engine:
            return create(url, connect_args={"factory": Connection}, **options)

        monkeypatch.setattr("ingestion.sql.sa.create_engine", disturbed)
        monkeypatch.setattr("ingestion.sql.BATCH_ROWS", BATCH_ROWS)
        # All times are written alike here, so that their texts sort as the times do,
        # and a stream is cut into several commits.
        monkeypatch.setattr(
            "ingestion.sql.SqlReading._sorts_as_we_do", lambda reading: True
        )


def failing(number: int, text: str) -> Callable[[int], None]:
    """Return what breaks off the fetch of a number."""

    def at_fetch(fetched: int) -> None:
        if fetched == number:
            raise sqlite3.OperationalError(text)

    return at_fetch


def refusing(text: str) -> Callable[[], None]:
    """Return what refuses each connection."""

    def at_connect() -> None:
        raise sqlite3.OperationalError(text)

    return at_connect


class Locked:
    """Another program that writes and does not end."""

    def __init__(self, path: Path) -> None:
        self._connection = sqlite3.connect(path, isolation_level=None)
        self._connection.execute("pragma locking_mode = exclusive")
        self._connection.execute("begin exclusive")
        self._connection.execute("update orders set status = status where order_id = 1")

    def release(self) -> None:
        self._connection.execute("rollback")
        self._connection.close()


def databases(folder: Path, *, dates_alike: bool = False) -> Iterator[Path]:
    """Make the databases of both states."""
    for state in (0, 1):
        path = folder / f"shop-{state}-{int(dates_alike)}.db"
        if not path.exists():
            make_database(path, dates_alike=dates_alike)
            if state:
                move_on(path, dates_alike=dates_alike)
        yield path
