"""The command line: it parses, calls, and turns errors into exit codes."""

from __future__ import annotations

import signal
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Annotated

import pyarrow.compute as pc
import stamina.instrumentation
import typer

from ingestion import INTERRUPTED, column_backfill
from ingestion.console import ConsoleListener, print_error, print_status
from ingestion.contract import REJECTED, Source, Table
from ingestion.contract_files import load_contract
from ingestion.errors import IngestionError, LakeError
from ingestion.lake import LakeTable, Status, lake_root
from ingestion.run import Run, choose

app = typer.Typer(
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
    project_dir: ProjectDir = Path("."),
) -> None:
    """Land what is new in every configured source."""
    stamina.instrumentation.set_on_retry_hooks(())
    with _one_line_errors() as sources:
        sources.extend(load_contract(project_dir))
        with ConsoleListener(sources) as listener:
            is_good = Run(project_dir, sources, listener).execute(
                source=source,
                table=table,
                full_refresh=full_refresh,
                allow_empty=allow_empty,
            )
        if not is_good:
            raise typer.Exit(1)


@app.command()
def status(project_dir: ProjectDir = Path(".")) -> None:
    """Show for each raw table its rows, last cursor, last batch and rejections."""
    with _one_line_errors() as sources:
        sources.extend(load_contract(project_dir))
        root = lake_root(project_dir)
        print_status(_status_rows(root, sources))


@app.command()
def backfill(
    source: Annotated[str, typer.Option("--source", help="The source.")],
    table: Annotated[str, typer.Option("--table", help="Its table.")],
    column: Annotated[
        str, typer.Option("--column", help="A column that is new in the contract.")
    ],
    project_dir: ProjectDir = Path("."),
) -> None:
    """Fill a new column of the contract from the fields that _extra kept for it."""
    with _one_line_errors() as sources:
        sources.extend(load_contract(project_dir))
        [(owner, [chosen])] = choose(sources, source, table)
        wanted = column_backfill.column_of(owner, chosen, column)
        lake = LakeTable.find(lake_root(project_dir), owner, chosen)
        if lake is None:
            raise LakeError(f"{source}.{table} is not in the lake yet: run it first")
        done = column_backfill.backfill(owner, lake, wanted)
        for line in column_backfill.lines(f"{source}.{table}.{column}", done):
            typer.echo(line)
        if done.rows:
            typer.echo(
                f"next: dbt build --full-refresh --select source:{source}.{table}+1"
            )


def _status_rows(
    root: str, sources: list[Source]
) -> list[tuple[Source, Table, Status, int]]:
    """Return what the lake holds of each table.

    Raises:
        LakeError: There is no lake.
    """
    rows = []
    is_there = False
    for source in (each for each in sources if not each.is_internal):
        tables = {each.name: each for each in source.tables}
        rejected = LakeTable.find(root, source, tables[REJECTED])
        for table in source.loaded_tables:
            mine = pc.field("table_name") == table.name
            count = 0 if rejected is None else rejected.count(mine)
            lake = LakeTable.find(root, source, table)
            is_there = is_there or lake is not None
            state = Status() if lake is None else lake.status()
            rows.append((source, table, state, count))
    if rows and not is_there:
        raise LakeError(f"no lake at {root} yet: run `python -m ingestion run`")
    return rows


@app.command()
def validate(project_dir: ProjectDir = Path(".")) -> None:
    """Say what is wrong with the contract, by file and line; contact nobody."""
    with _one_line_errors() as sources:
        sources.extend(load_contract(project_dir))
        read = sum(not source.is_internal for source in sources)
        tables = sum(len(source.loaded_tables) for source in sources)
        typer.echo(f"contract is good: {read} sources, {tables} tables")


@contextmanager
def _one_line_errors() -> Iterator[list[Source]]:
    """Print an error and exit with 1; the yielded list tells whose secrets to hide."""
    sources: list[Source] = []
    try:
        with _interruptible():
            yield sources
    except IngestionError as error:
        print_error(error, sources)
        raise typer.Exit(1) from None
    except KeyboardInterrupt:
        typer.echo(INTERRUPTED, err=True)
        raise typer.Exit(130) from None


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
