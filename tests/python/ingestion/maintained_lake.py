"""A lake of several runs that upkeep looks after, and what is in it."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Any

from ingestion import cursors
from ingestion.contract_files import load_contract
from ingestion.errors import IngestionError
from ingestion.kept import KeptTable
from ingestion.lake import LakeTable
from ingestion.maintain import Maintenance, Wish
from tests.python.ingestion.fake_sources import (
    FakeSources,
    ShopDatabase,
    customer,
    moment,
)
from tests.python.ingestion.ingestion_project import Project

RUNS = 5
DAY = 86_400
LONG_AGO = cursors.now() / cursors.SECOND - 40 * DAY
CUSTOMERS = "commerce/customers"


def arrive(commerce: FakeSources, shop: ShopDatabase, number: int) -> None:
    """Let records come: new ones and changed ones."""
    first = number * 10
    commerce.customers += [
        customer(n, moment(n), full_name="محمد 🚀", tier={"of": n}, city="")
        for n in range(first, first + 10)
    ]
    commerce.customers.append(customer(900 + number, moment(first), birth_date="?"))
    shop.insert("orders", (number, 1, "2025-01-01", "paid", "EGP", 1.25, moment(first)))


def tables(project: Project) -> list[str]:
    logs = project.lake.glob("*/*/_delta_log")
    return sorted(str(log.parent.relative_to(project.lake)) for log in logs)


def contents(project: Project) -> dict[str, list[str]]:
    """Return every column of every row of every table, in an order of its own."""
    return {
        name: sorted(
            repr(row) for row in project.delta(name).to_pyarrow_table().to_pylist()
        )
        for name in tables(project)
    }


def transactions(project: Project) -> dict[str, Any]:
    """Return the state of each raw table: where it was read to, and the like."""
    found = {}
    for source in load_contract(project.folder):
        for table in source.tables:
            lake = LakeTable(str(project.lake), source, table)
            known = lake.transaction_version(lake.app("unknown/tier"))
            found[lake.name] = (lake.cursor, lake.loaded_at, lake.schema, known)
    return found


def files(project: Project, name: str) -> int:
    return len(project.delta(name).file_uris())


def on_disk(project: Project, name: str) -> set[str]:
    return {file.name for file in (project.lake / name).glob("*.parquet")}


def on_storage(project: Project) -> dict[Path, tuple[int, int]]:
    found = ((file, file.stat()) for file in project.lake.rglob("*"))
    return {file: (stat.st_size, stat.st_mtime_ns) for file, stat in found}


def log_files(project: Project, name: str) -> set[str]:
    log = project.lake / name / "_delta_log"
    return {file.name for file in log.glob("*.json")}


def maintain(project: Project, *arguments: str) -> dict[str, str]:
    """Return the line of each table."""
    result = project.call("maintain", *arguments)
    assert result.exit_code == 0, result.output
    lines = dict(line.split(": ", 1) for line in result.stdout.splitlines())
    assert len(lines) == len(tables(project))
    return lines


def upkeep(project: Project) -> None:
    """Do what `maintain` does, inside of another command."""
    errors: list[IngestionError] = []
    Maintenance(
        project.folder,
        load_contract(project.folder),
        on_table=lambda done: None,
        on_error=errors.append,
    ).execute(Wish())
    assert errors == []


def age(folder: Path, pattern: str) -> None:
    """Let files be forty days old."""
    for file in folder.glob(pattern):
        os.utime(file, (LONG_AGO, LONG_AGO))


def kept(project: Project, source: str, table: str) -> KeptTable:
    [owner] = [one for one in load_contract(project.folder) if one.name == source]
    [wanted] = [one for one in owner.tables if one.name == table]
    found = KeptTable.find(str(project.lake), owner, wanted)
    assert found is not None
    return found
