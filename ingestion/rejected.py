"""The quarantine of a source: records that broke the contract, each kept once."""

from __future__ import annotations

import pyarrow as pa
import pyarrow.compute as pc

from ingestion import cursors
from ingestion.contract import LOADED_AT, POSITION
from ingestion.digests import row_digests
from ingestion.known import KnownVersions
from ingestion.lake import LakeTable, moment, next_loaded_at
from ingestion.spool import stamped
from ingestion.tally import REJECTED, Tally, metadata, note
from ingestion.typed import Rejection

_NAMES = ["table_name", "source_record_id", "reason", "payload"]
_SCHEMA = pa.schema([*((name, pa.string()) for name in _NAMES), (POSITION, pa.int64())])


class RejectedLog:
    """Writes rejections of one table to the source's `_rejected`.

    A rejection is settled once the table has landed something after it: the ratio of
    broken records was good then. Sources deliver broken records again and again (rows
    without update time are in every window), so that settled ones count no more. The
    others count each time, or else a table that has failed would pass when run again.
    """

    def __init__(
        self, lake: LakeTable, table_name: str, batch_id: str, *, settled: int | None
    ) -> None:
        """Begin with nothing to write.

        Args:
            lake: The table `_rejected`.
            table_name: The table whose records are rejected.
            batch_id: The run.
            settled: When the table last landed something, in epoch microseconds.
        """
        self._lake = lake
        self._table_name = table_name
        self._batch_id = batch_id
        self._last_landed = settled
        self._waiting: list[Rejection] = []
        self._written: KnownVersions | None = None
        self._settled: KnownVersions | None = None
        self.unsettled = 0
        self.written = 0
        self.repeated = 0

    @property
    def waiting(self) -> int:
        """How many rejections are not committed yet."""
        return len(self._waiting)

    def add(self, rejections: list[Rejection]) -> None:
        """Take rejections; many of them are written at once."""
        self._waiting += rejections
        if len(self._waiting) >= 10_000:
            self.flush()

    def flush(self) -> None:
        """Commit those of the waiting rejections that are not in the lake yet.

        Those of them that are not settled are counted, each once.
        """
        if not self._waiting:
            return
        rows = _as_rows(self._waiting, self._table_name)
        written, settled = self._indexes()
        contents = row_digests(rows, _NAMES)
        self.unsettled += sum(_note_new(settled, contents))
        new = rows.filter(pa.array(_note_new(written, contents), pa.bool_()))
        if new.num_rows:
            self._commit(new)
        self.written += new.num_rows
        self.repeated += rows.num_rows - new.num_rows
        self._waiting = []

    def _commit(self, rows: pa.RecordBatch) -> None:
        loaded_at = next_loaded_at(self._lake)
        now = cursors.from_microseconds(loaded_at)
        batches = stamped(iter([rows]), self._lake.schema, now, self._batch_id)
        tally = Tally(delivered=rows.num_rows, rejected=rows.num_rows)
        entry = note(self._table_name, self._batch_id, REJECTED, loaded_at, tally)
        self._lake.append(batches, loaded_at=loaded_at, metadata=metadata(entry))

    def close(self) -> None:
        """Free the indexes."""
        for index in (self._written, self._settled):
            if index is not None:
                index.close()

    def _indexes(self) -> tuple[KnownVersions, KnownVersions]:
        """Return what is in `_rejected`, and what of it does not count."""
        if self._written is None or self._settled is None:
            self._written, self._settled = KnownVersions(), KnownVersions()
            mine = pc.field("table_name") == self._table_name
            for rows in self._lake.scan([*_NAMES, LOADED_AT], mine):
                self._written.add_contents(row_digests(rows, _NAMES))
                if self._last_landed is not None:
                    last = moment(self._last_landed)
                    old = rows.filter(pc.less_equal(rows.column(LOADED_AT), last))
                    self._settled.add_contents(row_digests(old, _NAMES))
        return self._written, self._settled


def _note_new(index: KnownVersions, contents: list[bytes]) -> list[bool]:
    """Tell for each content whether it is new to the index, and add it."""
    seen = index.known_contents(contents)
    is_new = []
    for content in contents:
        is_new.append(content not in seen)
        seen.add(content)
    index.add_contents(contents)
    return is_new


def _as_rows(rejections: list[Rejection], table_name: str) -> pa.RecordBatch:
    arrays = [
        pa.repeat(pa.scalar(table_name), len(rejections)),
        pa.array([item.record_id for item in rejections], pa.string()),
        pa.array([item.reason for item in rejections], pa.string()),
        pa.array([item.payload for item in rejections], pa.string()),
        pa.array([item.position for item in rejections], pa.int64()),
    ]
    return pa.RecordBatch.from_arrays(arrays, schema=_SCHEMA)
