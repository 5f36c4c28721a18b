"""Land one table: read, type, set aside what is broken, skip what is known, commit."""

from __future__ import annotations

import sqlite3
from collections.abc import Callable, Iterator
from contextlib import closing
from dataclasses import dataclass

import pyarrow as pa
import pyarrow.compute as pc

from ingestion import cursors
from ingestion.contract import Source, Table
from ingestion.dedup import Deduplicator
from ingestion.errors import LakeError, RecordsError
from ingestion.lake import LakeTable, next_loaded_at
from ingestion.rejected import RejectedLog
from ingestion.sources import Reading, SourceReader, Window
from ingestion.spool import Spool, stamped
from ingestion.tally import (
    CLEARED,
    FAILED,
    FINISHED,
    LANDED,
    Row,
    Tally,
    metadata,
    note,
)
from ingestion.typed import type_batch
from ingestion.unknown_fields import UnknownFields
from ingestion.whole import WholeBatch

COMMIT_ROWS = 200_000
# A few broken records in a quiet hour, or in the first load of a small table, are no
# reason to stop it.
TOLERATED_REJECTIONS = 10


@dataclass
class Counts:
    """What happened to the records of a table.

    Each broken record counts as rejected once, and no more once the table has landed
    something after it.
    """

    delivered: int = 0
    landed: int = 0
    rejected: int = 0


@dataclass(frozen=True)
class Options:
    """What the person who runs it wants."""

    full_refresh: bool = False
    allow_empty: bool = False
    on_progress: Callable[[Counts], None] = lambda counts: None


@dataclass
class LeftOut:
    """Good records that need no row, and rows that need no record."""

    unchanged: int = 0
    outside_window: int = 0
    carried_over: int = 0


class TableLoad:
    """One run over one table."""

    def __init__(
        self,
        source: Source,
        lake: LakeTable,
        rejected: RejectedLog,
        *,
        batch_id: str,
        options: Options,
    ) -> None:
        """Take what the load needs; nothing happens yet."""
        self._source = source
        self._lake = lake
        self._rejected = rejected
        self._batch_id = batch_id
        self._options = options
        self.counts = Counts()
        self._rejected_ids: set[str] = set()
        self.unknown = UnknownFields(lake)
        self._left_out = LeftOut()
        # Good records in hand, neither left out nor landed yet.
        self._in_hand = 0
        self._noted = Tally()
        self._has_failed = True

    @property
    def table(self) -> Table:
        """The table that is landed."""
        return self._lake.table

    def run(self, reader: SourceReader) -> Counts:
        """Land what is new.

        Raises:
            IngestionError: The source, the records or the lake are at fault. What was
                committed before stays and is recognised by the next run.
        """
        try:
            with Spool() as spool:
                if self.table.settings.load_mode == "full":
                    self._run_full(reader, spool)
                else:
                    self._run_incremental(reader, spool)
            self._has_failed = False
        except (OSError, sqlite3.Error) as error:
            raise LakeError(
                f"{self._lake.name}: the temporary folder cannot be used"
                f" ({getattr(error, 'strerror', None) or type(error).__name__}): free"
                " some space there, or point TMPDIR elsewhere"
            ) from None
        return self.counts

    def ending(self) -> Row:
        """Return what the log of loads has to know besides the commits."""
        outcome = FAILED if self._has_failed else FINISHED
        tally = self._tally(not_landed=self._in_hand + self._rejected.waiting)
        since = tally - self._noted
        return note(self.table.name, self._batch_id, outcome, cursors.now(), since)

    # Incremental: the log grows by the versions that are new.

    def _run_incremental(self, reader: SourceReader, spool: Spool) -> None:
        cursor = self.table.cursor
        has_unmarked = cursor is not None and self._has_unmarked(cursor.name)
        start = None if has_unmarked or self._options.full_refresh else self._start()
        reading = reader.read(self.table, Window(start))
        highest: int | None = None
        with Deduplicator(
            self._lake,
            bound=start,
            has_unmarked=has_unmarked,
            has_no_duplicates=reading.has_no_duplicates,
        ) as dedup:
            for rows in self._typed(reading):
                values = cursors.column_values(rows, cursor)
                highest = _highest(highest, _until(values, reading.fence))
                asked = _within(rows, values, start) if reading.is_wider else rows
                new = dedup.new_rows(asked)
                spool.add(new)
                self.unknown.note(new)
                self._left_out.outside_window += rows.num_rows - asked.num_rows
                self._left_out.unchanged += asked.num_rows - new.num_rows
                self._in_hand = spool.rows
                if spool.rows >= COMMIT_ROWS and reading.is_ordered:
                    is_safe = cursor is not None and cursor.is_required
                    reached = highest if is_safe else None
                    self._commit(spool, self._never_back(reached))
        self._commit(spool, self._never_back(highest))

    def _has_unmarked(self, name: str) -> bool:
        """Tell whether versions without cursor value are landed.

        Then the source's filter cannot be trusted to deliver all that changed.
        """
        return self._lake.count(pc.field(name).is_null()) > 0

    def _start(self) -> int | None:
        cursor, column = self._lake.cursor, self.table.cursor
        incremental = self.table.settings.incremental
        if cursor is None or column is None or incremental is None:
            return None
        return cursor - incremental.lag * cursors.unit(column)

    def _never_back(self, highest: int | None) -> int | None:
        """Return the new cursor."""
        return _highest(self._lake.cursor, highest)

    # Full: each batch is the whole table.

    def _run_full(self, reader: SourceReader, spool: Spool) -> None:
        reading = reader.read(self.table, Window(None))
        batch = WholeBatch(
            self._lake, spool, has_no_duplicates=reading.has_no_duplicates
        )
        with closing(batch):
            for rows in self._typed(reading):
                before = spool.rows
                batch.add(rows)
                self.unknown.note(rows)
                self._left_out.unchanged += rows.num_rows - (spool.rows - before)
                self._in_hand = spool.rows
            self._check_ratio(spool)
            delivered = spool.rows
            batch.carry_over(self._rejected_ids, self.counts.delivered)
            if batch.is_unchanged():
                self._left_out.unchanged += delivered
                self._in_hand = 0
                return
            self._left_out.carried_over = spool.rows - delivered
            self._in_hand = spool.rows
        if spool.rows:
            self._commit(spool, None)
        elif self._options.allow_empty:
            self._clear()
        else:
            raise RecordsError(
                f"{self._lake.name}: the source delivered no rows at all, which would"
                " delete everything; if that is right, run with --allow-empty"
            )

    # Both.

    def _typed(self, reading: Reading) -> Iterator[pa.RecordBatch]:
        """Yield the records that keep the contract; the others are set aside."""
        for raw in reading.batches():
            typed = type_batch(raw, self.table, self.counts.delivered)
            self.counts.delivered += raw.size
            self._in_hand += typed.rows.num_rows
            self._rejected.add(typed.rejections)
            if self.table.settings.load_mode == "full":
                self._rejected_ids |= {
                    item.record_id or "" for item in typed.rejections
                }
            if typed.rejections and self._source.is_frozen(self.table):
                self._flush_rejected()
                raise RecordsError(
                    f"{self._lake.name}: a record breaks the frozen contract:"
                    f" {typed.rejections[0].reason}; it is in _rejected"
                )
            self._options.on_progress(self.counts)
            yield typed.rows

    def _flush_rejected(self) -> None:
        self._rejected.flush()
        self.counts.rejected = self._rejected.unsettled

    def _check_ratio(self, spool: Spool) -> None:
        """Write the rejections; fail where too many of the new records are broken.

        What is known already counts on neither side: a window holds few new records,
        and broken ones of long ago among them would stop the table for good.
        """
        self._flush_rejected()
        rejected = self.counts.rejected
        new = rejected + self.counts.landed + spool.rows
        limit = self._source.max_rejected_ratio(self.table)
        if rejected > TOLERATED_REJECTIONS and rejected > limit * new:
            raise RecordsError(
                f"{self._lake.name}: {rejected} of {new} new records break the"
                f" contract, more than max_rejected_ratio {limit:g} allows; nothing"
                " more was landed, see _rejected for the reasons"
            )

    def _commit(self, spool: Spool, cursor: int | None) -> None:
        self._check_ratio(spool)
        if not spool.rows:
            return
        loaded_at = next_loaded_at(self._lake)
        batches = stamped(
            spool.batches(),
            self._lake.schema,
            cursors.from_microseconds(loaded_at),
            self._batch_id,
        )
        tally = self._tally(landed=spool.rows)
        entry = note(
            self.table.name,
            self._batch_id,
            LANDED,
            loaded_at,
            tally - self._noted,
        )
        self._lake.append(
            batches,
            loaded_at=loaded_at,
            cursor=cursor,
            metadata=metadata(entry),
            versions=self.unknown.versions(),
        )
        self._noted = tally
        self.counts.landed += spool.rows
        self._in_hand = 0
        spool.clear()

    def _clear(self) -> None:
        """Empty the table; the loads that landed its rows have then landed nothing."""
        entries = [
            note(self.table.name, self._batch_id, CLEARED, at, Tally(landed=-rows))
            for at, rows in self._lake.rows_by_load().items()
        ]
        loaded_at = next_loaded_at(self._lake)
        self._lake.clear(loaded_at=loaded_at, metadata=metadata(*entries))

    def _tally(self, *, landed: int = 0, not_landed: int = 0) -> Tally:
        """Return what has become of all records so far.

        Those that were rejected, the commits of `_rejected` have told of.
        """
        return Tally(
            delivered=self.counts.delivered - self._rejected.written,
            carried_over=self._left_out.carried_over,
            landed=self.counts.landed + landed,
            rejected_before=self._rejected.repeated,
            unchanged=self._left_out.unchanged,
            outside_window=self._left_out.outside_window,
            not_landed=not_landed,
        )


def _within(
    rows: pa.RecordBatch, values: pa.Array, start: int | None
) -> pa.RecordBatch:
    """Return the rows that lie in the window, or do not say where they lie."""
    if start is None:
        return rows
    return rows.filter(pc.fill_null(pc.greater_equal(values, start), True))


def _until(values: pa.Array, fence: int | None) -> int | None:
    """Return the highest value that is not beyond the source's clock.

    A value from the future says nothing about what was read, and would hide what is
    recorded until then.
    """
    if fence is not None:
        values = values.filter(pc.less_equal(values, fence))
    highest: int | None = pc.max(values).as_py()
    return highest


def _highest(one: int | None, other: int | None) -> int | None:
    if one is None or other is None:
        return one if other is None else other
    return max(one, other)
