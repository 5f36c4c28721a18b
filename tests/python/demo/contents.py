"""Reading a whole world, and judging records by the contract files."""

import datetime as dt
import functools
import sqlite3
from collections.abc import Iterator
from decimal import Decimal, InvalidOperation
from pathlib import Path
from typing import Any

import yaml

from demo.malformed import KEYS
from demo.world import World

REPOSITORY = Path(__file__).resolve().parents[3]


def dump(world: World) -> dict[str, list[tuple[Any, ...]]]:
    """Returns every row of both databases, and the truth."""
    rows: dict[str, list[tuple[Any, ...]]] = {}
    for name in ("world.db", "shop.db"):
        connection = sqlite3.connect(world.folder / name)
        tables = connection.execute(
            "select name from sqlite_master where type = 'table' order by 1"
        ).fetchall()
        for (table,) in tables:
            found = connection.execute(f'select * from "{table}"').fetchall()
            rows[f"{name}/{table}"] = sorted(found, key=repr)
        connection.close()
    for table in ("people", "records", "orders", "events", "malformed", "changes"):
        rows[f"truth/{table}"] = [tuple(r.values()) for r in world.truth.rows(table)]
    return rows


@functools.cache
def columns(source: str, table: str) -> dict[str, tuple[str, bool]]:
    """Returns type and whether it is required, per column of the contract."""
    path = REPOSITORY / f"models/staging/{source}/_{source}__sources.yml"
    (contract,) = yaml.safe_load(path.read_text())["sources"]
    (entry,) = (each for each in contract["tables"] if each["name"] == table)
    return {
        column["name"]: (
            column["data_type"],
            {"type": "not_null"} in column.get("constraints", []),
        )
        for column in entry["columns"]
        if not column["name"].startswith("_")
        and not column.get("config", {}).get("path")
    }


def violations(source: str, table: str, record: dict[str, Any]) -> list[str]:
    """Returns the fields of a record that break the contract."""
    return [
        name
        for name, (kind, required) in columns(source, table).items()
        if not _fits(record.get(name), kind, required)
    ]


def _fits(value: Any, kind: str, required: bool) -> bool:
    if value is None or (source_empty := value == ""):
        return not required or (value is not None and not source_empty)
    readers = {
        "date": lambda text: dt.date.fromisoformat(str(text)[:10]),
        "timestamp": lambda text: dt.datetime.fromisoformat(str(text)),
        "int": int,
        "bigint": int,
    }
    reader = readers.get(kind, Decimal if kind.startswith("decimal") else str)
    try:
        reader(value)
    except (ValueError, InvalidOperation):
        return False
    return True


def delivered(client: Any) -> Iterator[tuple[str, str, dict[str, Any]]]:
    """Yields source, table and record of everything that a source gives."""
    yield from (
        ("commerce", "customers", row)
        for row in client.pages("/v1/customers", page_size=1000)
    )
    yield from (("commerce", "events", row) for row in client.events(limit=1000))
    yield from (
        ("commerce", "exchange_rates", row)
        for row in client.pages("/v1/exchange-rates", page_size=1000)
    )
    for kind in ("contacts", "tickets", "campaign_spend", "consents"):
        names = ",".join(columns("crm", kind))
        for archived in ("false", "true"):
            found = client.listed(kind, properties=names, archived=archived)
            for entry in found:
                yield "crm", kind, {**entry["properties"], "id": entry["id"]}
    connection = sqlite3.connect(client.world.folder / "shop.db")
    connection.row_factory = sqlite3.Row
    for source, table in KEYS:
        if source == "shop":
            for row in connection.execute(f"select * from {table}"):
                yield source, table, dict(row)
    connection.close()
