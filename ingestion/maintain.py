"""Upkeep of the lake: few files, none that nobody needs, and a short log.

It may run at any time, beside readers and runs, and may be killed at any moment.
Before anything leaves Delta's log, the log of loads and the list of landed files are
completed from it. docs/ingestion.md says what is kept for how long.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from ingestion.contract import FILES, Source
from ingestion.errors import IngestionError, LakeError, SettingsError
from ingestion.file_ledger import FileLedger
from ingestion.internal import INGESTION, LOADS
from ingestion.kept import KeptTable, Size
from ingestion.lake import lake_root
from ingestion.loads import LoadLog
from ingestion.run import new_batch_id

# Delta's own default, and what readers and long runs may rely on.
RETENTION_HOURS = 168


@dataclass
class Upkeep:
    """What was done to one table, or would be.

    Attributes:
        name: The table.
        before: Its data files before.
        after: Its data files afterwards.
        removed: Old files that were removed.
        is_merged: Whether merging was possible; if not, others kept rewriting it.
        seconds: How long all this took.
    """

    name: str
    before: Size
    after: Size
    removed: int = 0
    is_merged: bool = True
    seconds: float = 0.0


@dataclass(frozen=True)
class Wish:
    """What the person who starts it wants."""

    retention_hours: int = RETENTION_HOURS
    is_dry_run: bool = False


class Maintenance:
    """Looks after every table of the contract that is in the lake."""

    def __init__(
        self,
        project_dir: Path,
        sources: list[Source],
        *,
        on_table: Callable[[Upkeep], None],
        on_error: Callable[[IngestionError], None],
    ) -> None:
        """Take who hears of each table and each error; nothing happens yet."""
        self._root = lake_root(project_dir)
        # Those of the platform come last: they are written to meanwhile.
        self._sources = sorted(sources, key=lambda each: each.is_internal)
        self._on_table = on_table
        self._on_error = on_error
        self._is_good = True

    def execute(self, wish: Wish) -> bool:
        """Look after all tables; where one is in trouble, go on with the others.

        Returns:
            Whether nothing failed.

        Raises:
            LakeError: There is no lake.
        """
        self._is_good = True
        tables = [(each, self._tables(each)) for each in self._sources]
        found = {table.name: table for _, some in tables for table in some}
        loads = found.get(f"{INGESTION}.{LOADS}")
        if loads is None and self._is_good:
            raise LakeError(
                f"no lake at {self._root} yet: run `python -m ingestion run`"
            )
        if loads is not None:
            for source, some in tables:
                self._keep(source, some, loads, wish)
        return self._is_good

    def _tables(self, source: Source) -> list[KeptTable]:
        """Open the tables of a source that are in the lake."""
        found = []
        for table in source.tables:
            with self._one_line():
                found.append(KeptTable.find(self._root, source, table))
        return [table for table in found if table is not None]

    def _keep(
        self, source: Source, tables: list[KeptTable], loads: KeptTable, wish: Wish
    ) -> None:
        kept = []
        for table in tables:
            with self._one_line():
                kept.append((table, _keep_files(table, wish)))
        is_complete = False
        if not wish.is_dry_run:
            with self._one_line():
                if not source.is_internal:
                    _complete(source, [table for table, _ in kept], loads)
                is_complete = True
        for table, done in kept:
            began = time.monotonic()
            if is_complete:
                with self._one_line():
                    table.shorten_log()
            done.seconds += time.monotonic() - began
            self._on_table(done)

    @contextmanager
    def _one_line(self) -> Iterator[None]:
        """Go on after an error, and keep in mind that there was one."""
        try:
            yield
        except IngestionError as error:
            self._is_good = False
            self._on_error(error)


def _complete(source: Source, tables: list[KeptTable], loads: KeptTable) -> None:
    """Note what commits tell, before they leave Delta's log."""
    files = [table for table in tables if table.table.name == FILES]
    batch_id = new_batch_id()
    for log in files:
        for table in tables:
            if table.table.is_loaded:
                FileLedger(log, table, batch_id).complete()
    loads.refresh()
    LoadLog(loads).complete(source.name, tables, is_marking=True)


def check_retention(hours: int, *, is_short_allowed: bool) -> None:
    """Refuse a retention that readers and runs may not survive.

    Raises:
        SettingsError: It is too short, and nobody has said that this is right.
    """
    if hours < 0:
        raise SettingsError(f"--retention-hours {hours}: give 0 or more hours")
    if hours < RETENTION_HOURS and not is_short_allowed:
        raise SettingsError(
            f"--retention-hours {hours} is less than {RETENTION_HOURS}: a reader or a"
            " run that goes on for longer would lose its files; if nobody reads or"
            " runs, add --allow-short-retention"
        )


def _keep_files(table: KeptTable, wish: Wish) -> Upkeep:
    began = time.monotonic()
    before = after = table.size()
    is_merged = True
    if wish.is_dry_run:
        after = Size(table.size_when_merged(), before.bytes)
    else:
        is_merged = table.merge()
        after = table.size()
    removed = table.remove_old_files(wish.retention_hours, is_dry_run=wish.is_dry_run)
    seconds = time.monotonic() - began
    return Upkeep(table.name, before, after, removed, is_merged, seconds)


def line(done: Upkeep, *, is_dry_run: bool) -> str:
    """Return what a person has to know of one table."""
    would = "would be " if is_dry_run else ""
    parts = []
    if done.after.files < done.before.files:
        parts.append(
            f"{_files(done.before)} {would}merged to {done.after.files:,}"
            + ("" if is_dry_run else f" ({_megabytes(done.after)})")
        )
    else:
        parts.append(_files(done.before))
    if done.removed:
        parts.append(f"{done.removed:,} old files {would}removed")
    if not done.is_merged:
        parts.append("not merged, since others keep rewriting it: maintain it later")
    elif len(parts) == 1 and done.after.files >= done.before.files:
        parts.append("nothing to do")
    return f"{done.name}: {', '.join(parts)} ({done.seconds:.1f} s)"


def fields(done: Upkeep) -> dict[str, object]:
    """Return what a program has to know of one table."""
    source, _, table = done.name.partition(".")
    return {
        "source": source,
        "table": table,
        "files_before": done.before.files,
        "files_after": done.after.files,
        "bytes_before": done.before.bytes,
        "bytes_after": done.after.bytes,
        "files_removed": done.removed,
        "is_merged": done.is_merged,
        "seconds": round(done.seconds, 3),
    }


def _files(size: Size) -> str:
    noun = "file" if size.files == 1 else "files"
    return f"{size.files:,} {noun} ({_megabytes(size)})"


def _megabytes(size: Size) -> str:
    return f"{size.bytes / 1e6:,.2f} MB"
