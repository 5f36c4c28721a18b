"""Run the sources one after the other; none stops another."""

from __future__ import annotations

import secrets
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from functools import partial
from pathlib import Path

from ingestion import cursors
from ingestion.contract import FILES, REJECTED, Source, Table
from ingestion.errors import (
    AccessError,
    IngestionError,
    SettingsError,
    UnreachableError,
)
from ingestion.file_ledger import FileLedger
from ingestion.files import FilesReader
from ingestion.hash_key import ensure_hash_key
from ingestion.internal import HASH_KEYS, INGESTION, LOADS, RUNS
from ingestion.lake import LakeTable, lake_root
from ingestion.load import Counts, Options, TableLoad
from ingestion.loads import LoadLog
from ingestion.read_only import ReadOnlyTable, scratch_folder
from ingestion.rejected import RejectedLog
from ingestion.runs import FAILED, FINISHED, INTERRUPTED, RunLog
from ingestion.settings import is_configured, open_source
from ingestion.sources import SourceReader
from ingestion.tally import Row

Lake = dict[tuple[str, str], LakeTable]
Chosen = list[tuple[Source, list[Table]]]


class Listener:
    """Hears what happens; a listener that shows it overrides what it needs."""

    def starts(self, batch_id: str, chosen: Chosen) -> None:
        """Hear that a run starts."""

    def opens(self, source: Source) -> None:
        """Hear that a source that is configured starts."""

    def skipped(self, source: Source) -> None:
        """Hear that a source is not configured."""

    def begins(self, source: Source, table: Table) -> None:
        """Hear that a table begins."""

    def advances(self, source: Source, table: Table, counts: Counts) -> None:
        """Hear that a batch was read."""

    def retries(self, attempt: int, wait: float, cause: Exception) -> None:
        """Hear that a source is asked again after so many seconds."""

    def remarks(self, source: Source, table: Table, text: str) -> None:
        """Hear what is worth a line, and no error."""

    def ends(self, source: Source, result: TableResult) -> None:
        """Hear that a table is done or has failed."""

    def closes(self, result: SourceResult) -> None:
        """Hear that a source is done."""

    def fails(self, error: IngestionError) -> None:
        """Hear of an error that stops a source or a table."""

    def finishes(self, outcome: str) -> None:
        """Hear that the run is over, however it went."""


@dataclass(frozen=True)
class TableResult:
    """How one table went."""

    table: Table
    counts: Counts
    cursor: int | None
    error: IngestionError | None = None
    cursor_before: int | None = None


@dataclass
class SourceResult:
    """How one source went."""

    source: Source
    runs: RunLog
    tables: list[TableResult] = field(default_factory=list)
    endings: list[Row] = field(default_factory=list)
    error: IngestionError | None = None

    @property
    def is_good(self) -> bool:
        """Whether nothing failed."""
        return self.error is None and all(item.error is None for item in self.tables)


class Run:
    """One batch over the chosen sources and tables."""

    def __init__(
        self, project_dir: Path, sources: list[Source], listener: Listener
    ) -> None:
        """Name the batch; nothing happens yet."""
        self._root = lake_root(project_dir)
        self._sources = sources
        self._listener = listener
        self.batch_id = new_batch_id()

    def execute(
        self,
        chosen: Chosen,
        options: Options | None = None,
        *,
        is_dry_run: bool = False,
    ) -> bool:
        """Make all tables of the contract exist, then land what is chosen.

        Args:
            chosen: Sources and tables, see `choose`.
            options: What the person who runs it wants.
            is_dry_run: Whether to read, type and count alone, and write nothing.

        Returns:
            Whether nothing failed.

        Raises:
            IngestionError: The lake is not usable, or a table cannot be asked for the
                chosen period.
        """
        outcome = FAILED
        self._listener.starts(self.batch_id, chosen)
        try:
            is_good = self._execute(chosen, options or Options(), is_dry_run=is_dry_run)
            outcome = FINISHED if is_good else FAILED
        except KeyboardInterrupt:
            outcome = INTERRUPTED
            raise
        finally:
            self._listener.finishes(outcome)
        return is_good

    def _execute(self, chosen: Chosen, options: Options, *, is_dry_run: bool) -> bool:
        if options.period is not None:
            options.period.check(chosen)
        with self._lake(is_dry_run=is_dry_run) as lake:
            for each in self._sources:
                if each.is_internal and (each.name, HASH_KEYS) in lake:
                    ensure_hash_key(lake[each.name, HASH_KEYS])
            results = [
                self._run_source(each, tables, lake, options) for each, tables in chosen
            ]
        return all(result is None or result.is_good for result in results)

    @contextmanager
    def _lake(self, *, is_dry_run: bool) -> Iterator[Lake]:
        """Open all tables of the contract."""
        if not is_dry_run:
            yield self._tables(LakeTable)
            return
        with scratch_folder() as scratch:
            yield self._tables(partial(ReadOnlyTable, scratch=scratch))

    def _tables(self, opened: Callable[[str, Source, Table], LakeTable]) -> Lake:
        return {
            (each.name, one.name): opened(self._root, each, one)
            for each in self._sources
            for one in each.tables
        }

    def _run_source(
        self,
        source: Source,
        tables: list[Table],
        lake: Lake,
        options: Options,
    ) -> SourceResult | None:
        runs = RunLog(lake[INGESTION, RUNS], source, self.batch_id)
        result = SourceResult(source, runs)
        log = LoadLog(lake[INGESTION, LOADS])
        raw = [table for (name, _), table in lake.items() if name == source.name]
        try:
            log.complete(source.name, raw)
            if not is_configured(source):
                self._listener.skipped(source)
                return None
            self._listener.opens(source)
            with runs.noting([lake[source.name, table.name] for table in tables]):
                try:
                    with _closing(open_source(source)) as reader:
                        for table in tables:
                            self._run_table(result, table, lake, options, reader)
                finally:
                    log.complete(source.name, raw, result.endings)
        except IngestionError as error:
            result.error = error
            self._listener.fails(error)
        self._listener.closes(result)
        return result

    def _run_table(
        self,
        result: SourceResult,
        table: Table,
        lake: Lake,
        options: Options,
        reader: SourceReader,
    ) -> None:
        """Land one table; only what concerns the whole source is raised."""
        source = result.source
        raw = lake[source.name, table.name]
        before = raw.cursor
        self._listener.begins(source, table)
        result.runs.begins(raw)
        log = RejectedLog(
            lake[source.name, REJECTED],
            table.name,
            self.batch_id,
            settled=raw.loaded_at,
        )
        load = TableLoad(
            source,
            raw,
            log,
            batch_id=self.batch_id,
            options=replace(
                options,
                on_progress=lambda counts: self._listener.advances(
                    source, table, counts
                ),
                on_retry=self._listener.retries,
            ),
        )
        error: IngestionError | None = None
        if isinstance(reader, FilesReader):
            files = FileLedger(lake[source.name, FILES], raw, self.batch_id)
            reader.remember(files, again=options.full_refresh)
        try:
            load.run(reader)
        except IngestionError as caught:
            error = caught
        finally:
            log.close()
        result.endings.append(load.ending())
        result.runs.ends(load.counts, error)
        done = TableResult(table, load.counts, raw.cursor, error, before)
        result.tables.append(done)
        self._listener.ends(source, done)
        for text in reader.remarks if isinstance(reader, FilesReader) else ():
            self._listener.remarks(source, table, text)
        if remark := load.unknown.remark():
            self._listener.remarks(source, table, remark)
        if isinstance(error, AccessError | UnreachableError):
            raise error
        if error is not None:
            self._listener.fails(error)


def new_batch_id() -> str:
    """Return the name of a batch: when it began, and what makes it unique."""
    started = cursors.from_microseconds(cursors.now())
    return f"{started:%Y%m%dT%H%M%SZ}-{secrets.token_hex(4)}"


def choose(sources: list[Source], source: str | None, table: str | None) -> Chosen:
    """Return the chosen sources and tables.

    Raises:
        SettingsError: There is no such source or table.
    """
    sources = [each for each in sources if not each.is_internal]
    known = [each.name for each in sources]
    if source is not None and source not in known:
        raise SettingsError(f"no source '{source}'; there are: {', '.join(known)}")
    chosen = []
    for each in sources:
        tables = [one for one in each.loaded_tables if table in (None, one.name)]
        if source in (None, each.name) and tables:
            chosen.append((each, tables))
    if not chosen:
        names = [
            f"{each.name}.{one.name}"
            for each in sources
            if source in (None, each.name)
            for one in each.loaded_tables
        ]
        raise SettingsError(f"no table '{table}'; there are: {', '.join(names)}")
    return chosen


@contextmanager
def _closing(reader: SourceReader) -> Iterator[SourceReader]:
    try:
        yield reader
    finally:
        reader.close()
