"""What a run looks like: progress bars on a terminal, plain lines elsewhere."""

from __future__ import annotations

import time
import traceback
from types import TracebackType

from rich.console import Console
from rich.progress import Progress, SpinnerColumn, TaskID, TextColumn, TimeElapsedColumn
from rich.table import Table as Grid

from ingestion import INTERRUPTED, cursors
from ingestion.contract import Source, Table
from ingestion.errors import IngestionError
from ingestion.load import Counts
from ingestion.redaction import redact
from ingestion.run import Listener, SourceResult, TableResult
from ingestion.status import TableStatus

_PLAIN_WIDTH = 120


class ConsoleListener(Listener):
    """Shows a run as it goes."""

    def __init__(self, *, is_dry_run: bool = False) -> None:
        """Look whether somebody is watching."""
        self._would = "would be " if is_dry_run else ""
        self._out = stdout()
        self._progress: Progress | None = None
        self._tasks: dict[str, TaskID] = {}
        self._began = 0.0
        if self._out.is_terminal:
            self._progress = Progress(
                SpinnerColumn(),
                TextColumn("{task.description}"),
                TextColumn("{task.completed:,.0f} records"),
                TimeElapsedColumn(),
                console=self._out,
                transient=True,
            )

    def __enter__(self) -> ConsoleListener:
        """Start the display."""
        if self._progress is not None:
            self._progress.start()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        """Stop the display."""
        if self._progress is not None:
            self._progress.stop()

    def skipped(self, source: Source) -> None:
        """Say in one line that a source is not configured."""
        names = ", ".join(source.variables)
        self._line(f"{source.name}: skipped, not configured ({names} not set)")

    def begins(self, source: Source, table: Table) -> None:
        """Start a bar."""
        self._began = time.monotonic()
        if self._progress is not None:
            name = f"{source.name}.{table.name}"
            self._tasks[name] = self._progress.add_task(name, total=None)

    def advances(self, source: Source, table: Table, counts: Counts) -> None:
        """Move the bar."""
        if self._progress is not None:
            task = self._tasks[f"{source.name}.{table.name}"]
            self._progress.update(task, completed=counts.delivered)

    def ends(self, source: Source, result: TableResult) -> None:
        """Replace the bar by a line."""
        name = f"{source.name}.{result.table.name}"
        if self._progress is not None:
            self._progress.remove_task(self._tasks.pop(name))
        if result.error is None:
            counts = result.counts
            self._line(
                f"{name}: {counts.delivered:,} delivered,"
                f" {counts.landed:,} {self._would}landed,"
                f" {counts.rejected:,} {self._would}rejected"
                f" ({time.monotonic() - self._began:.1f} s)"
            )

    def remarks(self, source: Source, table: Table, text: str) -> None:
        """Print a remark."""
        self._line(f"{source.name}.{table.name}: {text}")

    def closes(self, result: SourceResult) -> None:
        """Print the closing table of a source."""
        if not result.tables:
            return
        title = result.source.name
        if self._would:
            title += " (dry run, nothing is written)"
        grid = Grid(title=title, title_justify="left", show_edge=False)
        grid.add_column("table", overflow="fold")
        for name in ("delivered", "landed", "rejected"):
            grid.add_column(name, justify="right", overflow="fold")
        grid.add_column("cursor", no_wrap=True)
        grid.add_column("outcome", overflow="fold")
        for item in result.tables:
            grid.add_row(
                item.table.name,
                f"{item.counts.delivered:,}",
                f"{item.counts.landed:,}",
                f"{item.counts.rejected:,}",
                cursor_text(item.table, item.cursor),
                "ok" if item.error is None else "failed",
            )
        self._out.print(grid)

    def fails(self, error: IngestionError) -> None:
        """Print an error in one line."""
        print_error(error)

    def _line(self, text: str) -> None:
        self._out.print(redact(text), soft_wrap=True, highlight=False, markup=False)


def stdout() -> Console:
    """Return the console, wide enough for a table where nobody is watching."""
    console = Console()
    return console if console.is_terminal else Console(width=_PLAIN_WIDTH)


def print_error(error: IngestionError) -> None:
    """Print an error on standard error, without secrets."""
    for line in redact(str(error)).splitlines():
        _print_aside(f"error: {line}")


class ConsoleReport:
    """What people read of a command that does not end well."""

    def listener(self, *, is_dry_run: bool) -> ConsoleListener:
        """Return who shows a run."""
        return ConsoleListener(is_dry_run=is_dry_run)

    def note(self, event: str, **fields: object) -> None:
        """Say nothing: people read standard output."""

    def say(self, text: str) -> None:
        """Print a line at once, also where a program reads it."""
        print(text, flush=True)

    def error(self, error: IngestionError) -> None:
        """Say what a person can mend."""
        print_error(error)

    def unexpected(self, error: Exception) -> None:
        """Say where a fault of the program is."""
        _print_aside(redact("".join(traceback.format_exception(error))).rstrip())

    def interrupted(self) -> None:
        """Say that nothing is lost."""
        _print_aside(INTERRUPTED)


def _print_aside(text: str) -> None:
    Console(stderr=True).print(text, soft_wrap=True, highlight=False, markup=False)


def print_status(found: list[TableStatus]) -> None:
    """Print what the lake holds."""
    grid = Grid(show_edge=False)
    grid.add_column("table", overflow="fold")
    grid.add_column("rows", justify="right", overflow="fold")
    grid.add_column("last cursor", no_wrap=True)
    grid.add_column("last batch", overflow="fold")
    grid.add_column("rejected", justify="right", overflow="fold")
    for each in found:
        grid.add_row(
            f"{each.source.name}.{each.table.name}",
            f"{each.state.rows:,}",
            cursor_text(each.table, each.state.cursor),
            each.state.batch_id or "-",
            f"{each.rejected:,}",
        )
    stdout().print(grid)


def cursor_text(table: Table, cursor: int | None) -> str:
    """Return a cursor as people read it: times to the second."""
    column = table.cursor
    if cursor is None or column is None:
        return "-"
    if cursors.is_time(column):
        cursor -= cursor % cursors.SECOND
    return cursors.text(cursor, column)
