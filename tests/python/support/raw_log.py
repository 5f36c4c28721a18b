"""The raw log of a lake: every row that was landed, to be landed again otherwise."""

import datetime as dt
import itertools
import random
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import NamedTuple

import pyarrow as pa
from deltalake import DeltaTable

from ingestion.contract import BATCH_ID, LOADED_AT, POSITION, Table
from ingestion.contract_files import load_contract
from tests.python.support.platform import REPOSITORY

FIRST_LOAD = dt.datetime(2030, 1, 1, 3, tzinfo=dt.UTC)
"""Later than anything that a source of the known world says of itself."""

Load = dict[str, pa.Table]
"""Rows of one load by `source.table`, with the columns of the raw table."""


class Row(NamedTuple):
    """What arrives at once: a row of the log, or a whole table of the source.

    Attributes:
        table: `source.table`.
        numbers: Where its rows stand in that table.
        place: How far into the table, from 0 to 1.
        version: Of which record and time it is. Only the order of their arrival tells
            apart what has the same record and time.
    """

    table: str
    numbers: tuple[int, ...]
    place: float
    version: tuple[object, ...]


class RawLog:
    """All rows of a lake, in the order in which they were landed.

    Args:
        lake: The folder with the raw tables.
    """

    def __init__(self, lake: Path) -> None:
        self.tables: Load = {}
        self.rows: list[Row] = []
        for source in load_contract(REPOSITORY):
            for table in source.tables:
                # The key of the hashes and decisions come from no source.
                if not {LOADED_AT, BATCH_ID, POSITION} <= set(table.schema.names):
                    continue
                name = f"{source.name}.{table.name}"
                landed = DeltaTable(lake / source.folder / table.name)
                rows = landed.to_pyarrow_table().sort_by(
                    [(column, "ascending") for column in (LOADED_AT, POSITION)]
                )
                self.tables[name] = rows
                self.rows += _rows(name, table, rows)

    def loads(self, order: Sequence[Row], cuts: Iterable[int]) -> Iterator[Load]:
        """Deals the rows out, in an order that is cut at some positions.

        Each load has a time and a batch of its own, a day after the one before.
        """
        bounds = [0, *cuts, len(order)]
        for number, (begin, end) in enumerate(itertools.pairwise(bounds)):
            when = FIRST_LOAD + dt.timedelta(days=number)
            taken: defaultdict[str, list[int]] = defaultdict(list)
            for row in order[begin:end]:
                taken[row.table] += row.numbers
            yield {
                name: _landed(self.tables[name].take(numbers), when, number)
                for name, numbers in taken.items()
            }

    def with_late_rows(self, share: float, pick: random.Random) -> list[Row]:
        """All rows about as they came to be, but a share of them late by any time."""
        place = {
            row: pick.uniform(row.place, 1) if pick.random() < share else row.place
            for row in self.rows
        }
        return sorted(self.rows, key=lambda row: (place[row], row.table, row.numbers))

    def shuffled(self, pick: random.Random) -> list[Row]:
        """All rows in any order, but for those that only their order tells apart."""
        order = pick.sample(self.rows, len(self.rows))
        positions: defaultdict[tuple[object, ...], list[int]] = defaultdict(list)
        for position, row in enumerate(order):
            positions[row.version].append(position)
        for places in positions.values():
            if len(places) > 1:
                rows = sorted(order[place] for place in places)
                for place, row in zip(places, rows, strict=True):
                    order[place] = row
        return order


def together(loads: Iterable[Load]) -> Load:
    """The rows of several loads, each with the time and batch of its own."""
    parts: defaultdict[str, list[pa.Table]] = defaultdict(list)
    for load in loads:
        for name, rows in load.items():
            parts[name].append(rows)
    return {name: pa.concat_tables(tables) for name, tables in parts.items()}


def _rows(name: str, table: Table, rows: pa.Table) -> Iterator[Row]:
    settings = table.config.meta.ingestion
    if settings is None:
        # Rejected records: each is one of its own.
        for number in range(len(rows)):
            yield Row(name, (number,), number / len(rows), (name, number))
    elif settings.incremental is None:
        yield from _deliveries(name, rows)
    else:
        keys = [rows[column].to_pylist() for column in settings.primary_key]
        times = rows[settings.incremental.cursor_path].to_pylist()
        yield from _versions(name, list(zip(*keys, strict=True)), times)


def _deliveries(name: str, rows: pa.Table) -> Iterator[Row]:
    """What a batch of the whole table lacks is deleted: it stays together."""
    batches: defaultdict[str, list[int]] = defaultdict(list)
    for number, batch in enumerate(rows[BATCH_ID].to_pylist()):
        batches[batch].append(number)
    for numbers in batches.values():
        yield Row(name, tuple(numbers), numbers[0] / len(rows), (name,))


def _versions(
    name: str, records: Sequence[tuple[object, ...]], times: Sequence[object]
) -> Iterator[Row]:
    # One version without a time, and all of the record goes by the order of arrival.
    undated = {
        record for record, time in zip(records, times, strict=True) if time is None
    }
    for number, (record, time) in enumerate(zip(records, times, strict=True)):
        version = (name, record, None if record in undated else time)
        yield Row(name, (number,), number / len(records), version)


def _landed(rows: pa.Table, when: dt.datetime, number: int) -> pa.Table:
    technical: Mapping[str, pa.Array] = {
        LOADED_AT: pa.repeat(pa.scalar(when), len(rows)),
        BATCH_ID: pa.repeat(f"{when:%Y%m%dT%H%M%SZ}-{number:08x}", len(rows)),
        POSITION: pa.array(range(len(rows))),
    }
    for column, values in technical.items():
        position = rows.schema.get_field_index(column)
        field = rows.schema.field(position)
        rows = rows.set_column(position, field, values.cast(field.type))
    return rows
