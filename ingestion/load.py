"""Land one table: read, type, set aside what is broken, skip what is known, commit."""

from __future__ import annotations

import sqlite3
import time
from collections.abc import Callable, Iterator, Mapping
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import closing
from dataclasses import dataclass

import pyarrow as pa
import pyarrow.compute as pc

from ingestion import cursors
from ingestion.contract import Source, Table
from ingestion.dedup import Deduplicator
from ingestion.errors import (
    ConnectionLostError,
    LakeError,
    RecordsError,
    UnreachableError,
)
from ingestion.lake import LakeTable, next_loaded_at
from ingestion.period import Period, inside, is_beyond, within
from ingestion.rejected import RejectedLog
from ingestion.sources import NotingReading, Reading, SourceReader, Window
from ingestion.spool import Spool, stamped
from ingestion.tally import (
    CLEARED,
    FAILED,
    FINISHED,
    LANDED,
    LeftOut,
    Row,
    Tally,
    metadata,
    note,
)
from ingestion.typed import type_batch
from ingestion.unknown_fields import UnknownFields
from ingestion.whole import WholeBatch

COMMIT_ROWS = 200_000
COMMIT_BYTES = 64 * 1024 * 1024
# A few broken records in a quiet hour, or in the first load of a small table, are no
# reason to stop it.
TOLERATED_REJECTIONS = 10
# Seconds before each further try after a source broke off: a restart takes some.
PAUSES = (1.0, 2.0, 4.0, 8.0, 15.0)


@dataclass
class Counts:
    """What happened to the records of a table.

    Each broken record counts as rejected once, and no more once the table has landed
    something after it. Bytes are those of the good records, as typed columns.
    """

    delivered: int = 0
    landed: int = 0
    rejected: int = 0
    bytes: int = 0


@dataclass(frozen=True)
class Options:
    """What the person who runs it wants."""

    full_refresh: bool = False
    allow_empty: bool = False
    period: Period | None = None
    on_progress: Callable[[Counts], None] = lambda counts: None
    on_retry: Callable[[int, float, Exception], None] = lambda n, wait, cause: None


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
        # Those that were in hand when the source broke off: they come again.
        self._let_go = 0
        self._noted = self._tally_of_pending = Tally()
        self._has_failed = True
        self._spools: list[Spool] = []
        self._committer = ThreadPoolExecutor(1, "commit")
        self._pending: Future[None] | None = None
        self._reading: Reading | None = None

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
            with Spool() as one, Spool() as other, self._committer:
                self._spools = [one, other]
                self._run(reader)
            if isinstance(self._reading, NotingReading):
                self._reading.finish()
            self._has_failed = False
        except (OSError, sqlite3.Error) as error:
            raise LakeError(
                f"{self._lake.name}: the temporary folder cannot be used"
                f" ({getattr(error, 'strerror', None) or type(error).__name__}): free"
                " some space there, or point TMPDIR elsewhere"
            ) from None
        return self.counts

    @property
    def _spool(self) -> Spool:
        """What is filled; the other one may be on its way into the lake."""
        return self._spools[0]

    def _run(self, reader: SourceReader) -> None:
        """Land what is new; where the source breaks off, ask again.

        What was committed is asked for no more, and else recognised. Each commit earns
        new patience.
        """
        is_full = self.table.settings.load_mode == "full"
        run_once = self._run_full if is_full else self._run_incremental
        has_broken_off = False
        landed, pauses = 0, list(PAUSES)
        while True:
            try:
                try:
                    return run_once(reader)
                finally:
                    self._settle()
            except UnreachableError as error:
                has_broken_off |= isinstance(error, ConnectionLostError)
                if self.counts.landed > landed:
                    landed, pauses = self.counts.landed, list(PAUSES)
                if not has_broken_off or not pauses:
                    raise
                attempt, wait = len(PAUSES) - len(pauses) + 1, pauses.pop(0)
                self._options.on_retry(attempt, wait, error)
                time.sleep(wait)
                self._let_go += self._in_hand
                self._in_hand = 0
                self._rejected_ids.clear()
                self._spool.clear()

    def ending(self) -> Row:
        """Return what the log of loads has to know besides the commits."""
        outcome = FAILED if self._has_failed else FINISHED
        tally = self._tally(not_landed=self._in_hand + self._rejected.waiting)
        since = tally - self._noted
        return note(self.table.name, self._batch_id, outcome, cursors.now(), since)

    # Incremental: the log grows by the versions that are new.

    def _run_incremental(self, reader: SourceReader) -> None:
        cursor = self.table.cursor
        has_unmarked = cursor is None or self._has_unmarked(cursor.name)
        window = self._window(has_unmarked=has_unmarked)
        start = window.start
        is_backfill = self._options.period is not None
        reading = self._reading = reader.read(self.table, window)
        highest: int | None = None
        with Deduplicator(
            self._lake,
            bound=start,
            has_unmarked=has_unmarked,
            has_no_duplicates=reading.has_no_duplicates,
        ) as dedup:
            for rows in self._typed(reading):
                values = cursors.column_values(rows, cursor)
                # What lies before the window may not be read yet.
                if not is_backfill:
                    until = cursors.highest_until(values, reading.fence)
                    highest = cursors.higher(highest, until)
                asked = rows
                if is_backfill:
                    asked = inside(rows, values, window)
                elif reading.is_wider:
                    asked = within(rows, values, start)
                new = dedup.new_rows(asked)
                self._spool.add(new)
                self.unknown.note(new)
                self._left_out.outside_window += rows.num_rows - asked.num_rows
                self._left_out.unchanged += asked.num_rows - new.num_rows
                self._in_hand = self._spool.rows
                if reading.is_ordered and self._is_enough():
                    is_safe = cursor is not None and cursor.is_required
                    self._commit(highest if is_safe else None)
                if reading.is_ordered and is_beyond(values, window):
                    break
        self._commit(highest)

    def _is_enough(self) -> bool:
        """Tell whether a commit is worth it; the writer holds it in memory."""
        return self._spool.rows >= COMMIT_ROWS or self._spool.bytes >= COMMIT_BYTES

    def _has_unmarked(self, name: str) -> bool:
        """Tell whether versions without cursor value are landed.

        Then the source's filter cannot be trusted to deliver all that changed.
        """
        return self._lake.count(pc.field(name).is_null()) > 0

    def _window(self, *, has_unmarked: bool) -> Window:
        period, cursor = self._options.period, self.table.cursor
        if period is not None and cursor is not None:
            return period.window(self._lake.name, cursor)
        is_whole = has_unmarked or self._options.full_refresh
        return Window(None if is_whole else self._start())

    def _start(self) -> int | None:
        cursor, column = self._lake.cursor, self.table.cursor
        incremental = self.table.settings.incremental
        if cursor is None or column is None or incremental is None:
            return None
        return cursor - incremental.lag * cursors.unit(column)

    # Full: each batch is the whole table.

    def _run_full(self, reader: SourceReader) -> None:
        reading = self._reading = reader.read(self.table, Window(None))
        if isinstance(reading, NotingReading) and reading.is_idle:
            return
        spool = self._spool
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
            self._check_ratio()
            delivered = spool.rows
            batch.carry_over(self._rejected_ids, self.counts.delivered)
            if batch.is_unchanged():
                self._left_out.unchanged += delivered
                self._in_hand = 0
                return
            self._left_out.carried_over = spool.rows - delivered
            self._in_hand = spool.rows
        if spool.rows:
            self._commit(None)
        elif self.counts.delivered:
            raise RecordsError(
                f"{self._lake.name}: none of {self.counts.delivered} records keeps the"
                " contract; nothing was landed, see _rejected for the reasons"
            )
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
            self.counts.bytes += typed.rows.nbytes
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

    def _check_ratio(self) -> None:
        """Write the rejections; fail where too many of the new records are broken.

        What is known already counts on neither side: a window holds few new records,
        and broken ones of long ago among them would stop the table for good.
        """
        self._flush_rejected()
        rejected = self.counts.rejected
        new = rejected + self.counts.landed + self._spool.rows
        limit = self._source.max_rejected_ratio(self.table)
        if rejected > TOLERATED_REJECTIONS and rejected > limit * new:
            raise RecordsError(
                f"{self._lake.name}: {rejected} of {new} new records break the"
                f" contract, more than max_rejected_ratio {limit:g} allows; nothing"
                " more was landed, see _rejected for the reasons"
            )

    def _commit(self, reached: int | None) -> None:
        """Begin to commit what the spool holds, and go on with the other one.

        The database and the lake are both busy then. Where it ends, `_settle` hears.
        """
        self._settle()
        self._check_ratio()
        spool = self._spool
        if not spool.rows:
            return
        loaded_at = next_loaded_at(self._lake)
        tally = self._tally(landed=spool.rows)
        since = tally - self._noted
        self._tally_of_pending = tally
        entry = note(self.table.name, self._batch_id, LANDED, loaded_at, since)
        self._pending = self._committer.submit(
            self._lake.append,
            stamped(
                spool.batches(),
                self._lake.schema,
                cursors.from_microseconds(loaded_at),
                self._batch_id,
            ),
            loaded_at=loaded_at,
            cursor=cursors.higher(self._lake.cursor, reached),
            metadata={**metadata(entry), **self._read_so_far()},
            versions=self.unknown.versions(),
        )
        self._in_hand = 0
        self._spools.reverse()

    def _settle(self) -> None:
        """Wait for the commit that is on its way; raises what it raised."""
        if self._pending is None:
            return
        pending, self._pending = self._pending, None
        spool = self._spools[1]
        try:
            pending.result()
        except BaseException:
            self._let_go += spool.rows
            raise
        self.counts.landed += spool.rows
        self._noted = self._tally_of_pending
        spool.clear()

    def _read_so_far(self) -> Mapping[str, str]:
        reading = self._reading
        return reading.metadata() if isinstance(reading, NotingReading) else {}

    def _clear(self) -> None:
        """Commit a batch without rows; only the log of loads can tell of it."""
        loaded_at = next_loaded_at(self._lake)
        entry = note(self.table.name, self._batch_id, CLEARED, loaded_at, Tally())
        self._lake.append(iter(()), loaded_at=loaded_at, metadata=metadata(entry))

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
            not_landed=self._let_go + not_landed,
        )
