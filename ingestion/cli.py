"""The command line: it parses, calls, and turns errors into exit codes."""

from __future__ import annotations

import signal
import sys
import threading
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, nullcontext
from enum import StrEnum
from pathlib import Path
from typing import Annotated, Any

import stamina.instrumentation
import typer
from typer.core import TyperGroup

from ingestion import LOG_FORMAT, column_backfill, wants_json
from ingestion.console import ConsoleReport, print_status
from ingestion.contract_files import load_contract
from ingestion.errors import IngestionError, LakeError, SettingsError
from ingestion.every import Every, seconds_of
from ingestion.json_log import JsonReport, json_log
from ingestion.lake import LakeTable, lake_root
from ingestion.load import Options
from ingestion.maintain import (
    RETENTION_HOURS,
    Maintenance,
    Upkeep,
    Wish,
    check_retention,
    fields,
    line,
)
from ingestion.period import Period
from ingestion.run import Run, choose
from ingestion.status import as_json, table_statuses


class LogFormat(StrEnum):
    """Who reads what a command says."""

    CONSOLE = "console"
    JSON = "json"


class _Commands(TyperGroup):
    """Commands that say in the log, too, what is wrong with their arguments."""

    def main(self, args: Sequence[str] | None = None, *rest: Any, **others: Any) -> Any:
        """Run a command and exit."""
        if not wants_json(sys.argv[1:] if args is None else args):
            return super().main(args, *rest, **others)
        try:
            code = super().main(args, *rest, **{**others, "standalone_mode": False})
        except Exception as error:
            if not hasattr(error, "format_message"):
                raise
            with json_log() as report:
                report.error(SettingsError(error.format_message() or "no command"))
            code = getattr(error, "exit_code", 2)
        sys.exit(code)


app = typer.Typer(
    cls=_Commands,
    help="Land APIs, CRMs and databases as raw Delta tables, as the contract says.",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
)

ProjectDir = Annotated[
    Path,
    typer.Option(
        "--project-dir", help="The dbt project whose models/staging has the contract."
    ),
]

LogOption = Annotated[
    LogFormat,
    typer.Option(
        "--log-format",
        envvar=LOG_FORMAT,
        help="For people, or as one JSON object per line on standard error.",
    ),
]


@app.command()
def run(
    source: Annotated[
        str | None, typer.Option("--source", help="Only this source.")
    ] = None,
    table: Annotated[
        str | None, typer.Option("--table", help="Only tables of this name.")
    ] = None,
    full_refresh: Annotated[
        bool,
        typer.Option(
            "--full-refresh", help="Fetch everything again; land what is new."
        ),
    ] = False,
    allow_empty: Annotated[
        bool,
        typer.Option(
            "--allow-empty", help="Let an empty answer empty a table of load_mode full."
        ),
    ] = False,
    start: Annotated[
        str | None,
        typer.Option(
            "--from", help="Ask again from this cursor value on; the cursor stays."
        ),
    ] = None,
    end: Annotated[
        str | None,
        typer.Option("--to", help="Ask again up to this cursor value, excluded."),
    ] = None,
    is_dry_run: Annotated[
        bool,
        typer.Option("--dry-run", help="Read, type and count; write nothing."),
    ] = False,
    every: Annotated[
        str | None,
        typer.Option(
            "--every", help="Go on: a run every 30s, 5m, 1h; the contract is read once."
        ),
    ] = None,
    project_dir: ProjectDir = Path("."),
    log_format: LogOption = LogFormat.CONSOLE,
) -> None:
    """Land what is new in every configured source."""
    stamina.instrumentation.set_on_retry_hooks(())
    with _one_line_errors(log_format) as report:
        period = _period(start, end, full_refresh=full_refresh)
        is_once = full_refresh or is_dry_run or period is not None
        seconds = _interval(every, is_once=is_once)
        sources = load_contract(project_dir)
        chosen = choose(sources, source, table)
        options = Options(
            full_refresh=full_refresh, allow_empty=allow_empty, period=period
        )

        def once() -> bool:
            with report.listener(is_dry_run=is_dry_run) as listener:
                return Run(project_dir, sources, listener).execute(
                    chosen, options, is_dry_run=is_dry_run
                )

        if seconds is None:
            is_good = once()
        else:
            is_good = Every(seconds, once, report.error, report.say).run()
        if not is_good:
            raise typer.Exit(1)


def _interval(every: str | None, *, is_once: bool) -> int | None:
    """Return the seconds from one run to the next.

    Raises:
        SettingsError: They are none, or what else is asked for is done once.
    """
    if every is None:
        return None
    if is_once:
        raise SettingsError(
            "--every lands what is new, again and again: leave it out, or else"
            " --full-refresh, --from, --to and --dry-run"
        )
    return seconds_of(every)


def _period(start: str | None, end: str | None, *, full_refresh: bool) -> Period | None:
    """Return the part of the past that is asked for.

    Raises:
        SettingsError: Everything is asked for, too.
    """
    if start is None and end is None:
        return None
    if full_refresh:
        raise SettingsError(
            "--full-refresh asks for everything, --from and --to for a part of it:"
            " leave one of them out"
        )
    return Period(start, end)


@app.command()
def status(
    is_json: Annotated[
        bool, typer.Option("--json", help="A list of objects, one for each table.")
    ] = False,
    project_dir: ProjectDir = Path("."),
    log_format: LogOption = LogFormat.CONSOLE,
) -> None:
    """Show for each raw table its rows, last cursor, last batch and rejections."""
    with _one_line_errors(log_format):
        sources = load_contract(project_dir)
        found = table_statuses(lake_root(project_dir), sources)
        if is_json:
            typer.echo(as_json(found))
        else:
            print_status(found)


@app.command()
def backfill(
    source: Annotated[str, typer.Option("--source", help="The source.")],
    table: Annotated[str, typer.Option("--table", help="Its table.")],
    column: Annotated[
        str, typer.Option("--column", help="A column that is new in the contract.")
    ],
    project_dir: ProjectDir = Path("."),
    log_format: LogOption = LogFormat.CONSOLE,
) -> None:
    """Fill a new column of the contract from the fields that _extra kept for it."""
    with _one_line_errors(log_format) as report:
        sources = load_contract(project_dir)
        [(owner, [chosen])] = choose(sources, source, table)
        wanted = column_backfill.column_of(owner, chosen, column)
        lake = LakeTable.find(lake_root(project_dir), owner, chosen)
        if lake is None:
            raise LakeError(f"{source}.{table} is not in the lake yet: run it first")
        done = column_backfill.backfill(owner, lake, wanted)
        for line in column_backfill.lines(f"{source}.{table}.{column}", done):
            typer.echo(line)
        report.note(
            "column_filled",
            source=source,
            table=table,
            column=column,
            filled=done.rows,
            kept=done.kept,
        )
        if done.rows:
            typer.echo(
                f"next: dbt build --full-refresh --select source:{source}.{table}+1"
            )


@app.command()
def maintain(
    retention_hours: Annotated[
        int,
        typer.Option(
            "--retention-hours", help="Remove unused files when they are older."
        ),
    ] = RETENTION_HOURS,
    is_short_allowed: Annotated[
        bool,
        typer.Option(
            "--allow-short-retention",
            help="Nobody reads the lake and no run is under way.",
        ),
    ] = False,
    is_dry_run: Annotated[
        bool, typer.Option("--dry-run", help="Say what would be done; write nothing.")
    ] = False,
    project_dir: ProjectDir = Path("."),
    log_format: LogOption = LogFormat.CONSOLE,
) -> None:
    """Merge small files, remove unused ones, and shorten the logs of all tables."""
    with _one_line_errors(log_format) as report:
        check_retention(retention_hours, is_short_allowed=is_short_allowed)
        sources = load_contract(project_dir)

        def tell(done: Upkeep) -> None:
            typer.echo(line(done, is_dry_run=is_dry_run))
            report.note("table_maintained", **fields(done), is_dry_run=is_dry_run)

        is_good = Maintenance(
            project_dir, sources, on_table=tell, on_error=report.error
        ).execute(Wish(retention_hours, is_dry_run))
        if not is_good:
            raise typer.Exit(1)


@app.command()
def validate(
    project_dir: ProjectDir = Path("."),
    log_format: LogOption = LogFormat.CONSOLE,
) -> None:
    """Say what is wrong with the contract, by file and line; contact nobody."""
    with _one_line_errors(log_format):
        sources = load_contract(project_dir)
        read = sum(not source.is_internal for source in sources)
        tables = sum(len(source.loaded_tables) for source in sources)
        typer.echo(f"contract is good: {read} sources, {tables} tables")


@contextmanager
def _one_line_errors(log_format: LogFormat) -> Iterator[ConsoleReport | JsonReport]:
    """Say what goes wrong, and exit with 1; without secrets in either case."""
    is_json = log_format is LogFormat.JSON
    with json_log() if is_json else nullcontext(ConsoleReport()) as report:
        try:
            with _interruptible():
                yield report
        except IngestionError as error:
            report.error(error)
            raise typer.Exit(1) from None
        except KeyboardInterrupt:
            report.interrupted()
            raise typer.Exit(130) from None
        except typer.Exit:
            raise
        except Exception as error:
            report.unexpected(error)
            raise typer.Exit(1) from None


@contextmanager
def _interruptible() -> Iterator[None]:
    """Let Ctrl-C raise KeyboardInterrupt, so that what is open is closed."""
    is_main = threading.current_thread() is threading.main_thread()
    before = signal.getsignal(signal.SIGINT)
    if not is_main or before is signal.SIG_IGN:
        yield
        return
    signal.signal(signal.SIGINT, signal.default_int_handler)
    try:
        yield
    finally:
        signal.signal(signal.SIGINT, before)
