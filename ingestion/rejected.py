"""The quarantine of a source: records that broke the contract, each kept once."""

from __future__ import annotations

import pyarrow as pa
import pyarrow.compute as pc

from ingestion import cursors
from ingestion.contract import POSITION
from ingestion.digests import row_digests
from ingestion.known import KnownVersions
from ingestion.lake import LakeTable
from ingestion.spool import stamped
from ingestion.typed import Rejection

_NAMES = ["table_name", "source_record_id", "reason", "payload"]
_SCHEMA = pa.schema([*((name, pa.string()) for name in _NAMES), (POSITION, pa.int64())])


class RejectedLog:
    """Writes rejections of one table to the source's `_rejected`."""

    def __init__(self, lake: LakeTable, table_name: str, batch_id: str) -> None:
        """Begin with nothing to write."""
        self._lake = lake
        self._table_name = table_name
        self._batch_id = batch_id
        self._waiting: list[Rejection] = []
        self._known: KnownVersions | None = None

    def add(self, rejections: list[Rejection]) -> None:
        """Take rejections; many of them are written at once."""
        self._waiting += rejections
        if len(self._waiting) >= 10_000:
            self.flush()

    def flush(self) -> None:
        """Commit those of the waiting rejections that are not in the lake yet."""
        if not self._waiting:
            return
        rows = _as_rows(self._waiting, self._table_name)
        self._waiting = []
        known = self._index()
        contents = row_digests(rows, _NAMES)
        seen = known.known_contents(contents)
        kept = []
        for content in contents:
            kept.append(content not in seen)
            seen.add(content)
        rows = rows.filter(pa.array(kept, pa.bool_()))
        if not rows.num_rows:
            return
        loaded_at = next_loaded_at(self._lake)
        moment = cursors.from_microseconds(loaded_at)
        batches = stamped(iter([rows]), self._lake.schema, moment, self._batch_id)
        self._lake.append(batches, loaded_at=loaded_at)
        known.add_contents(contents)

    def close(self) -> None:
        """Free the index."""
        if self._known is not None:
            self._known.close()

    def _index(self) -> KnownVersions:
        if self._known is None:
            self._known = KnownVersions()
            mine = pc.field("table_name") == self._table_name
            for rows in self._lake.scan(_NAMES, mine):
                self._known.add_contents(row_digests(rows, _NAMES))
        return self._known


def next_loaded_at(lake: LakeTable) -> int:
    """Return a load time that is later than any before in the table."""
    last = lake.loaded_at
    return cursors.now() if last is None else max(cursors.now(), last + 1)


def _as_rows(rejections: list[Rejection], table_name: str) -> pa.RecordBatch:
    arrays = [
        pa.repeat(pa.scalar(table_name), len(rejections)),
        pa.array([item.record_id for item in rejections], pa.string()),
        pa.array([item.reason for item in rejections], pa.string()),
        pa.array([item.payload for item in rejections], pa.string()),
        pa.array([item.position for item in rejections], pa.int64()),
    ]
    return pa.RecordBatch.from_arrays(arrays, schema=_SCHEMA)
