"""The state of both APIs in one SQLite file, written by the world, read by servers."""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

FILE_NAME = "world.db"

_SCHEMA = """
create table state (name text primary key, value text not null);
create table customers (id text primary key, sort_at text not null, document text);
create index customers_by_time on customers (sort_at, id);
create table events (
    seq integer primary key, event_id text, received_at text not null, document text
);
create index events_by_time on events (received_at, seq);
create table rates (
    rate_date text, base text, quote text, document text,
    primary key (rate_date, base, quote)
) without rowid;
create table objects (
    kind text, id integer, created_ms integer, modified_ms integer, archived integer,
    archived_at text, contact_id text, properties text,
    primary key (kind, id)
) without rowid;
create index objects_by_state on objects (kind, archived, id);
create index objects_by_time on objects (kind, archived, modified_ms, id);
"""


def open_for_writing(folder: Path, *, create: bool = False) -> sqlite3.Connection:
    """Open the store; readers keep reading the last committed state meanwhile."""
    connection = sqlite3.connect(folder / FILE_NAME, isolation_level=None)
    connection.execute("pragma journal_mode = wal")
    connection.execute("pragma synchronous = normal")
    if create:
        connection.executescript(_SCHEMA)
    return connection


def open_for_reading(folder: Path) -> sqlite3.Connection:
    """Open the store for one request."""
    uri = f"{(folder / FILE_NAME).resolve().as_uri()}?mode=ro"
    return sqlite3.connect(uri, uri=True, check_same_thread=False)


def get_state(connection: sqlite3.Connection, name: str) -> Any:
    """Return a value of the world's state.

    Raises:
        KeyError: If there is no such value.
    """
    row = connection.execute("select value from state where name = ?", (name,))
    found = row.fetchone()
    if found is None:
        raise KeyError(name)
    return json.loads(found[0])


def set_state(connection: sqlite3.Connection, values: Mapping[str, Any]) -> None:
    """Set values of the world's state."""
    connection.executemany(
        "insert or replace into state values (?, ?)",
        [(name, json.dumps(value)) for name, value in values.items()],
    )


def put_customers(
    connection: sqlite3.Connection, rows: Iterable[tuple[str, str, str]]
) -> None:
    """Store commerce customers: id, time to order by (may be empty), document."""
    connection.executemany("insert or replace into customers values (?, ?, ?)", rows)


def add_events(
    connection: sqlite3.Connection, rows: Iterable[tuple[str, str, str]]
) -> None:
    """Append events in order of receipt: event id, receipt time, document."""
    connection.executemany(
        "insert into events (event_id, received_at, document) values (?, ?, ?)", rows
    )


def put_rates(
    connection: sqlite3.Connection, rows: Iterable[tuple[str, str, str, str]]
) -> None:
    """Store exchange rates: date, base, quote, document."""
    connection.executemany("insert or replace into rates values (?, ?, ?, ?)", rows)


def put_objects(
    connection: sqlite3.Connection,
    kind: str,
    rows: Iterable[tuple[int, int, int, int, str | None, str | None, str]],
) -> None:
    """Store CRM objects.

    Args:
        connection: Open store.
        kind: Name of the object type.
        rows: id, creation and modification (epoch milliseconds), archived (0 or 1),
            time of archiving, associated contact, properties as JSON.
    """
    connection.executemany(
        "insert or replace into objects values (?, ?, ?, ?, ?, ?, ?, ?)",
        ((kind, *row) for row in rows),
    )
