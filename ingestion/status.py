"""What the lake holds of each table: for people, and as JSON for programs."""

from __future__ import annotations

import json
from dataclasses import dataclass

import pyarrow.compute as pc

from ingestion import cursors
from ingestion.contract import REJECTED, Source, Table
from ingestion.errors import LakeError
from ingestion.lake import Status
from ingestion.read_only import ReadOnlyTable


@dataclass(frozen=True)
class TableStatus:
    """What the lake holds of one table."""

    source: Source
    table: Table
    state: Status
    rejected: int


def table_statuses(root: str, sources: list[Source]) -> list[TableStatus]:
    """Return what the lake holds of each table; write nothing.

    Raises:
        LakeError: There is no lake.
    """
    found = []
    is_there = False
    for source in (each for each in sources if not each.is_internal):
        tables = {each.name: each for each in source.tables}
        rejected = ReadOnlyTable.find(root, source, tables[REJECTED])
        for table in source.loaded_tables:
            mine = pc.field("table_name") == table.name
            count = 0 if rejected is None else rejected.count(mine)
            lake = ReadOnlyTable.find(root, source, table)
            is_there = is_there or lake is not None
            state = Status() if lake is None else lake.status()
            found.append(TableStatus(source, table, state, count))
    if found and not is_there:
        raise LakeError(f"no lake at {root} yet: run `python -m ingestion run`")
    return found


def as_json(found: list[TableStatus]) -> str:
    """Return a list of objects, one for each table."""
    return json.dumps([_object(each) for each in found], indent=2)


def _object(each: TableStatus) -> dict[str, str | int | None]:
    state, column = each.state, each.table.cursor
    reached, loaded_at = state.cursor, state.loaded_at
    cursor = None
    if reached is not None and column is not None:
        cursor = cursors.text(reached, column)
    return {
        "source": each.source.name,
        "table": each.table.name,
        "rows": state.rows,
        "rejected": each.rejected,
        "cursor": cursor,
        "loaded_at": None if loaded_at is None else _time(loaded_at),
        "batch_id": state.batch_id,
    }


def _time(microseconds: int) -> str:
    return cursors.from_microseconds(microseconds).isoformat()
