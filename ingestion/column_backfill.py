"""Fill a column that the contract has got from the field that `_extra` kept for it.

The rows stay where they are in time: load time, batch, place and cursor do not change,
nor does the number of rows. Afterwards they are as if the contract had always had the
column, so that a full re-fetch recognises them. docs/decisions/0009-backfill.md says
why the rows are written anew.
"""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from functools import reduce
from operator import or_
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc

from ingestion import cursors
from ingestion.contract import EXTRA, LOADED_AT, Column, Source, Table
from ingestion.errors import SettingsError
from ingestion.json_text import parse_json
from ingestion.lake import LakeTable, moment
from ingestion.records import RecordShape, column_source, unknown_columns
from ingestion.spool import Spool
from ingestion.typed import type_column
from ingestion.values import canonical_json


@dataclass
class Filled:
    """What a back-fill did.

    Attributes:
        rows: Rows whose field went into the column.
        kept: Fields that do not fit and stay in `_extra`, by reason.
        first: The load of the first of these rows, in epoch microseconds.
    """

    rows: int = 0
    kept: Counter[str] = field(default_factory=Counter)
    first: int | None = None


def column_of(source: Source, table: Table, name: str) -> Column:
    """Return a column of the contract.

    Raises:
        SettingsError: The contract has no such column.
    """
    columns = {column.name: column for column in table.content}
    if name not in columns:
        raise SettingsError(
            f"{source.name}.{table.name}: the contract has no column '{name}'; add it"
            f" there first; it has: {', '.join(columns)}"
        )
    return columns[name]


def backfill(source: Source, lake: LakeTable, column: Column) -> Filled:
    """Fill a column from `_extra`, in one commit or none.

    Raises:
        LakeError: The lake refuses, or a run has written in between.
    """
    taken = _Field(source, lake.table, column)
    done = Filled()
    for rows in lake.scan([column.name, EXTRA, LOADED_AT], taken.condition()):
        _count(rows, taken, done)
    if done.first is None:
        return done
    # Delta's statistics are cut to less than microseconds.
    since = done.first - done.first % cursors.SECOND
    with Spool() as spool:
        condition = pc.field(LOADED_AT) >= moment(since)
        for rows in lake.scan(lake.schema.names, condition):
            spool.add(_cast(taken.moved(rows).rows, lake.schema))
        lake.rewrite(spool.batches(), since=since)
    return done


@dataclass(frozen=True)
class _Moved:
    """Rows after the move, which of them changed, and why others could not."""

    rows: pa.RecordBatch
    changed: Sequence[int]
    broken: dict[int, str]


class _Field:
    """The field of one column in what `_extra` keeps of a record."""

    def __init__(self, source: Source, table: Table, column: Column) -> None:
        self._column = column
        # Only this column: fields of others that are new, too, stay where they are.
        self._alone = table.model_copy(update={"columns": [column]})
        kind: str = source.settings.kind
        self._is_flat = kind == "sql"
        self._is_hubspot = kind == "hubspot"
        self._shape = RecordShape(self._alone, is_hubspot=self._is_hubspot)

    def condition(self) -> pc.Expression:
        """Return a filter that lets pass all rows whose `_extra` may have it."""
        names = {
            path if self._is_flat else path.removeprefix("properties.").split(".")[0]
            for path in self._column.paths
        }
        found = [
            pc.match_substring(pc.field(EXTRA), json.dumps(name, ensure_ascii=False))
            for name in sorted(names)
        ]
        return reduce(or_, found)

    def moved(self, rows: pa.RecordBatch) -> _Moved:
        """Return rows with the field in its column, where it fits and that is empty."""
        size = rows.num_rows
        values: list[Any] = [None] * size
        extras = rows.column(EXTRA).to_pylist()
        rests = dict[int, str | None]()
        is_empty = rows.column(self._column.name).is_null().to_pylist()
        for index, text in enumerate(extras):
            if text is not None and is_empty[index]:
                # Floats are written again as they were.
                extra = parse_json(text, float)
                values[index], rest = self._take(extra)
                if rest != extra or values[index] is not None:
                    rests[index] = canonical_json(rest) if rest else None
        typed, broken = type_column(values, self._column, size)
        is_filled = typed.is_valid().to_pylist()
        changed = [
            index
            for index, rest in rests.items()
            if index not in broken and (is_filled[index] or rest != extras[index])
        ]
        for index in changed:
            extras[index] = rests[index]
        filled = pc.coalesce(rows.column(self._column.name), typed)
        rows = _with(rows, self._column.name, filled)
        rows = _with(rows, EXTRA, pa.array(extras, pa.string()))
        return _Moved(rows, changed, broken)

    def _take(self, extra: dict[str, Any]) -> tuple[Any, dict[str, Any]]:
        """Return the value as ingestion would have read it, and what is left."""
        if self._is_flat:
            names = list(extra)
            name = column_source(self._column, names)
            others = unknown_columns(self._alone, names)
            return extra.get(name or ""), {one: extra[one] for one in others}
        record = {"properties": extra} if self._is_hubspot else extra
        raw = self._shape.batch([record])
        rest = raw.extras[0] if raw.extras else None
        left = parse_json(rest, float) if rest else {}
        return raw.columns[self._column.name][0], left


def _count(rows: pa.RecordBatch, taken: _Field, done: Filled) -> None:
    moved = taken.moved(rows)
    done.kept.update(moved.broken.values())
    done.rows += len(moved.changed)
    if moved.changed:
        loads = pc.cast(rows.column(LOADED_AT), pa.int64()).take(
            pa.array(moved.changed)
        )
        first = pc.min(loads).as_py()
        done.first = first if done.first is None else min(done.first, first)


def _with(rows: pa.RecordBatch, name: str, values: pa.Array) -> pa.RecordBatch:
    return rows.set_column(rows.schema.get_field_index(name), name, values)


def _cast(rows: pa.RecordBatch, schema: pa.Schema) -> pa.RecordBatch:
    arrays = [rows.column(one.name).cast(one.type) for one in schema]
    return pa.RecordBatch.from_arrays(arrays, schema=schema)


def lines(name: str, done: Filled) -> Iterator[str]:
    """Yield what a person has to know of a back-fill."""
    yield f"{name}: {done.rows:,} rows filled from _extra"
    for reason, count in sorted(done.kept.items()):
        yield f"{name}: {count:,} values stay in _extra, each {reason}"
