"""The log of runs: how each table of each run went, those that never ended included.

A source's tables are noted as started before anything is read, and as ended when the
source is done. What a run that was killed has landed, the log of loads tells; so the
counts of records are there alone.
"""

from __future__ import annotations

import time
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc

from ingestion import cursors
from ingestion.contract import LOADED_AT, Source
from ingestion.errors import IngestionError, LakeError
from ingestion.lake import LakeTable, next_loaded_at
from ingestion.load import Counts
from ingestion.redaction import brief

STARTED = "started"
# How a table of a run ended; without any of these it runs yet, or was killed.
FINISHED, FAILED = "finished", "failed"
INTERRUPTED, NOT_REACHED = "interrupted", "not_reached"
ATTEMPTS = 3
_LONGEST_ERROR = 500

Entry = dict[str, Any]


@dataclass(frozen=True)
class _Begun:
    """The table that is being landed."""

    table: LakeTable
    started_at: int
    clock: float


class RunLog:
    """Notes one source of one run in the table `ingestion.runs`."""

    def __init__(self, lake: LakeTable, source: Source, batch_id: str) -> None:
        """Take the table of the log, the source and the run."""
        self._lake = lake
        self._source = source
        self._batch_id = batch_id
        self._cursors: dict[str, str | None] = {}
        self._waiting: list[LakeTable] = []
        self._begun: _Begun | None = None
        self._entries: list[Entry] = []

    @contextmanager
    def noting(self, tables: Sequence[LakeTable]) -> Iterator[None]:
        """Note that the tables are started, and in the end how they ended.

        Raises:
            LakeError: The lake refuses, or other runs keep writing.
        """
        self._waiting = list(tables)
        self._cursors = {each.name: _cursor(each) for each in tables}
        now = cursors.now()
        self._write(self._entry(each, STARTED, started_at=now) for each in tables)
        try:
            yield
        except IngestionError as error:
            self._close(error)
            raise
        except BaseException:
            # What stops the run is not to be hidden by what the lake says.
            with suppress(IngestionError):
                self._close(None)
            raise
        self._close(None)

    def begins(self, table: LakeTable) -> None:
        """Hear that a table begins."""
        self._waiting.remove(table)
        self._begun = _Begun(table, cursors.now(), time.monotonic())

    def ends(self, counts: Counts, error: IngestionError | None) -> None:
        """Hear how the table ended that has begun."""
        self._end(FINISHED if error is None else FAILED, counts, error)

    def _end(
        self, outcome: str, counts: Counts | None, error: IngestionError | None
    ) -> None:
        if self._begun is None:
            return
        begun, self._begun = self._begun, None
        self._entries.append(
            self._entry(
                begun.table,
                outcome,
                started_at=begun.started_at,
                ingestion_ended_at=cursors.from_microseconds(cursors.now()),
                duration_seconds=time.monotonic() - begun.clock,
                delivered_byte_count=None if counts is None else counts.bytes,
                cursor_after=_cursor(begun.table),
                error_message=self._message(error),
            )
        )

    def _close(self, error: IngestionError | None) -> None:
        """Write the endings, and that of the tables whose turn never came."""
        self._end(INTERRUPTED, None, None)
        now = cursors.now()
        left = [
            self._entry(
                each,
                NOT_REACHED,
                started_at=now,
                ingestion_ended_at=cursors.from_microseconds(now),
                duration_seconds=0.0,
                delivered_byte_count=0,
                cursor_after=self._cursors[each.name],
                error_message=self._message(error),
            )
            for each in self._waiting
        ]
        self._write([*self._entries, *left])

    def _entry(
        self, table: LakeTable, outcome: str, *, started_at: int, **others: Any
    ) -> Entry:
        end = "start" if outcome == STARTED else "end"
        return {
            "run_key": f"{table.name}/{self._batch_id}/{end}",
            "source_name": self._source.name,
            "table_name": table.table.name,
            "batch_id": self._batch_id,
            "run_outcome": outcome,
            "cursor_before": self._cursors[table.name],
            "ingestion_started_at": cursors.from_microseconds(started_at),
            **others,
        }

    def _message(self, error: IngestionError | None) -> str | None:
        return None if error is None else brief(error, _LONGEST_ERROR)

    def _write(self, entries: Iterable[Entry]) -> None:
        rows = list(entries)
        for attempt in range(1, ATTEMPTS + 1):
            if not rows:
                return
            loaded_at = next_loaded_at(self._lake)
            stamp = {LOADED_AT: cursors.from_microseconds(loaded_at)}
            batch = pa.RecordBatch.from_pylist(
                [row | stamp for row in rows], schema=self._lake.schema
            )
            try:
                self._lake.append(iter([batch]), loaded_at=loaded_at)
            except LakeError:
                if attempt == ATTEMPTS:
                    raise
                # Another run was quicker, or this one was and did not hear of it.
                self._lake.refresh()
                rows = self._without_noted(rows)
            else:
                return

    def _without_noted(self, rows: list[Entry]) -> list[Entry]:
        condition = pc.field("run_key").isin([row["run_key"] for row in rows])
        noted = {
            key
            for found in self._lake.scan(["run_key"], condition)
            for key in found.column(0).to_pylist()
        }
        return [row for row in rows if row["run_key"] not in noted]


def _cursor(table: LakeTable) -> str | None:
    """Return how far a table was read, as people write it."""
    column = table.table.cursor
    reached = table.cursor
    return None if column is None or reached is None else cursors.text(reached, column)
