"""Tables of load mode `full`: each batch is the whole table."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

import pyarrow as pa
import pyarrow.compute as pc

from ingestion.contract import LOADED_AT, POSITION
from ingestion.dedup import content_names
from ingestion.digests import row_digests
from ingestion.known import KnownVersions
from ingestion.lake import LakeTable, moment
from ingestion.spool import Spool
from ingestion.values import to_string

_MODULUS = 2**128


class Fingerprint:
    """Tells whether two batches hold the same rows, in whatever order."""

    def __init__(self) -> None:
        """Begin with no rows."""
        self._count = 0
        self._sum = 0

    def add(self, contents: Iterable[bytes]) -> None:
        """Take in the digests of rows."""
        for content in contents:
            self._count += 1
            self._sum = (self._sum + int.from_bytes(content)) % _MODULUS

    def __eq__(self, other: object) -> bool:
        """Compare number and sum of the digests."""
        if not isinstance(other, Fingerprint):
            return NotImplemented
        return (self._count, self._sum) == (other._count, other._sum)

    __hash__ = None  # type: ignore[assignment]


class WholeBatch:
    """Collects one whole batch and compares it with the newest one in the lake."""

    def __init__(
        self, lake: LakeTable, spool: Spool, *, has_no_duplicates: bool
    ) -> None:
        """Begin with no rows."""
        self._lake = lake
        self._spool = spool
        self._names = content_names(lake.table)
        self._known = None if has_no_duplicates else KnownVersions()
        self._fingerprint = Fingerprint()

    def add(self, rows: pa.RecordBatch) -> None:
        """Take rows; a page that is served twice counts once."""
        contents = row_digests(rows, self._names)
        if self._known is not None:
            seen = self._known.known_contents(contents)
            self._known.add_contents(contents)
            kept = []
            for content in contents:
                kept.append(content not in seen)
                seen.add(content)
            rows = rows.filter(pa.array(kept, pa.bool_()))
            contents = [one for one, new in zip(contents, kept, strict=True) if new]
        self._fingerprint.add(contents)
        self._spool.add(rows)

    def carry_over(self, record_ids: set[str], first_position: int) -> None:
        """Keep the last good version of records that are rejected now.

        A row missing from the newest batch counts as deleted, and a record that cannot
        be read is not deleted.
        """
        position = first_position
        keys = self._lake.table.settings.primary_key
        # Of a key that came both broken and good, the good record is the newest.
        wanted = set(record_ids)
        for rows in self._spool.batches() if wanted else ():
            wanted.difference_update(_record_ids(rows, keys))
        for rows in self._newest() if wanted else ():
            ids = _record_ids(rows, keys)
            kept = rows.filter(pa.array([one in wanted for one in ids], pa.bool_()))
            positions = range(position, position + kept.num_rows)
            position += kept.num_rows
            index = kept.schema.get_field_index(POSITION)
            self.add(kept.set_column(index, POSITION, pa.array(positions, pa.int64())))

    def is_unchanged(self) -> bool:
        """Tell whether the lake's newest batch says the same."""
        newest = Fingerprint()
        for rows in self._newest():
            newest.add(row_digests(rows, self._names))
        return newest == self._fingerprint

    def close(self) -> None:
        """Free the index."""
        if self._known is not None:
            self._known.close()

    def _newest(self) -> Iterable[pa.RecordBatch]:
        loaded_at = self._lake.loaded_at
        if loaded_at is None:
            return ()
        condition = pc.field(LOADED_AT) == moment(loaded_at)
        return self._lake.scan([*self._names, POSITION], condition)


def _record_ids(rows: pa.RecordBatch, keys: Sequence[str]) -> list[str]:
    columns = [rows.column(key).to_pylist() for key in keys]
    return ["|".join(map(to_string, parts)) for parts in zip(*columns, strict=True)]
