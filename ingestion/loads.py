"""The log of what every load was made of: records read, landed and left out.

A commit that lands or rejects records carries its counts itself, as metadata, so that
neither is ever there without the other. The log is completed from these commits: how
far is the version of an app transaction in the commit that completes it, so that
nothing is noted twice. What was read after the last commit of a table left no commit
of its own: it is noted when the table ends. A run that is killed before has landed
nothing of it.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator

import pyarrow as pa
import pyarrow.compute as pc

from ingestion import cursors
from ingestion.contract import LOADED_AT
from ingestion.errors import LakeError
from ingestion.lake import LakeTable, next_loaded_at
from ingestion.tally import NOT_LOGGED, Row, Tally, note, notes

ATTEMPTS = 3
# Operations of a Delta table that bring no records.
_WITHOUT_RECORDS = frozenset(
    {"CREATE TABLE", "ADD COLUMN", "OPTIMIZE", "VACUUM START", "VACUUM END", "DELETE"}
)


class LoadLog:
    """Completes the table `ingestion.loads`."""

    def __init__(self, lake: LakeTable) -> None:
        """Take the table of the log."""
        self._lake = lake

    def complete(
        self,
        source_name: str,
        tables: Iterable[LakeTable],
        endings: Iterable[Row] = (),
        *,
        is_marking: bool = False,
    ) -> None:
        """Note the commits that are not in the log yet, and how tables ended.

        Args:
            source_name: The source.
            tables: Its tables, as far as they are to be noted.
            endings: How tables ended.
            is_marking: Whether to note as well how far there was nothing to note.
                Commits that have left Delta's log would pass for silent ones later.

        Raises:
            LakeError: The lake refuses, or other runs keep writing.
        """
        ended = [
            {"load_key": f"{source_name}.{one['table_name']}/{one['batch_id']}", **one}
            for one in endings
        ]
        opened = list(tables)
        for attempt in range(1, ATTEMPTS + 1):
            rows = [row for table in opened for row in self._unnoted(table)] + ended
            if not rows and not (is_marking and self._reached(opened)):
                return
            try:
                self._append(source_name, rows, opened)
            except LakeError:
                if attempt == ATTEMPTS:
                    raise
                # Another run of the source may have been quicker, or this one was and
                # only did not hear of it.
                self._lake.refresh()
                ended = self._without_noted(ended)
            else:
                return

    def _unnoted(self, table: LakeTable) -> Iterator[Row]:
        """Yield what the commits tell that are not in the log."""
        known = self._lake.transaction_version(_app(table))
        expected = 0 if known is None else known + 1
        is_silent = False
        for commit in table.commits(expected) if table.version >= expected else ():
            is_silent |= commit.version > expected
            rows = notes(commit.metadata)
            is_silent |= rows is None and commit.operation not in _WITHOUT_RECORDS
            expected = commit.version + 1
            for index, row in enumerate(rows or ()):
                yield {"load_key": f"{table.name}@{commit.version}.{index}", **row}
        if is_silent or expected <= table.version:
            yield {"load_key": f"{table.name}@{table.version}", **_silence(table)}

    def _without_noted(self, ended: list[Row]) -> list[Row]:
        keys = [one["load_key"] for one in ended]
        condition = pc.field("load_key").isin(keys)
        noted = {
            key
            for rows in self._lake.scan(["load_key"], condition)
            for key in rows.column(0).to_pylist()
        }
        return [one for one in ended if one["load_key"] not in noted]

    def _append(
        self, source_name: str, rows: list[Row], tables: list[LakeTable]
    ) -> None:
        loaded_at = next_loaded_at(self._lake)
        moment = cursors.from_microseconds(loaded_at)
        full = [
            {
                **row,
                "source_name": source_name,
                "ended_at": cursors.from_microseconds(row["ended_at"]),
                LOADED_AT: moment,
            }
            for row in rows
        ]
        batch = pa.RecordBatch.from_pylist(full, schema=self._lake.schema)
        self._lake.append(
            iter([batch]), loaded_at=loaded_at, versions=self._reached(tables)
        )

    def _reached(self, tables: list[LakeTable]) -> dict[str, int]:
        """Return how far the log now tells of each table; it never goes back.

        Where another run was quicker, its commits are noted, though we know of none.
        """
        reached = {}
        for table in tables:
            known = self._lake.transaction_version(_app(table))
            if known is None or table.version > known:
                reached[_app(table)] = table.version
        return reached


def _silence(table: LakeTable) -> Row:
    """Return the row for commits that tell nothing, or are gone from Delta's log.

    Nobody knows how many records the loads up to now were made of.
    """
    loaded_at = table.loaded_at or cursors.now()
    return note(table.table.name, None, NOT_LOGGED, loaded_at, Tally())


def _app(table: LakeTable) -> str:
    return f"ingestion/loads/{table.name}"
