"""The commands of `python -m cdp`."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console

from cdp import explain, summary
from cdp.stewardship import Decision, Stewardship, user_name
from cdp.warehouse import WarehouseError, open_warehouse
from ingestion.console import print_error
from ingestion.errors import IngestionError

WIDTH = 80

app = typer.Typer(
    help="Read what the platform has built, and decide what it is to build.",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
)

Database = Annotated[
    Path, typer.Option(envvar="CDP_DUCKDB", help="DuckDB file that dbt built.")
]
ProjectDir = Annotated[
    Path,
    typer.Option(help="The dbt project whose models/staging has the contract."),
]
DEFAULT_DATABASE = Path(".data/cdp.duckdb")


@app.callback()
def main() -> None:
    """Read what the platform has built, and decide what it is to build."""


@app.command("summary")
def print_summary(
    database: Database = DEFAULT_DATABASE,
    since: Annotated[
        Path | None,
        typer.Option(help="Earlier copy of the file: also say what changed."),
    ] = None,
    months: Annotated[
        int, typer.Option(min=1, help="How many complete months of KPIs.")
    ] = 6,
    dbt_results: Annotated[
        Path, typer.Option(help="Results that `dbt build` left behind.")
    ] = Path("target/run_results.json"),
) -> None:
    """Customers, KPIs, segments, rejected records and dbt results in a few tables."""
    # Every table fits into this; a narrower terminal breaks lines and loses nothing.
    console = Console(width=max(Console().width, WIDTH), highlight=False)
    with _one_line_errors(), open_warehouse(database) as warehouse:
        tables = [
            summary.customers(warehouse),
            summary.monthly_customers(warehouse, months),
            summary.monthly_amounts(warehouse, months),
            summary.segments(warehouse),
            summary.scores(warehouse),
            summary.rejected_records(warehouse),
        ]
        if since:
            with open_warehouse(since) as earlier:
                tables.append(summary.changes(earlier, warehouse))
    if dbt_results.exists() and (results := summary.dbt_results(dbt_results)):
        tables.append(results)
    for table in tables:
        console.print(table)


@app.command("explain")
def explain_identity(
    subject: Annotated[
        str,
        typer.Argument(
            metavar="RECORD_OR_CUSTOMER",
            help="A record as source:id, or a customer id, old ones too.",
        ),
    ],
    other_record: Annotated[
        str | None,
        typer.Argument(
            help="A second record: what joins the two, or keeps them apart."
        ),
    ] = None,
    database: Database = DEFAULT_DATABASE,
) -> None:
    """Say why records are one customer, or two."""
    console = Console(width=max(Console().width, WIDTH), highlight=False)
    with _one_line_errors(), open_warehouse(database) as warehouse:
        for part in explain.explain(warehouse, subject, other_record):
            console.print(part)


@app.command()
def decide(
    decision: Annotated[
        Decision,
        typer.Argument(help="none withdraws what was decided before about the pair."),
    ],
    records: Annotated[
        tuple[str, str],
        typer.Argument(
            metavar="RECORD OTHER_RECORD", help="Customer records, as source:id."
        ),
    ],
    reason: Annotated[str, typer.Option(help="Why, for those who come later.")],
    decided_by: Annotated[
        str | None, typer.Option(help="Who decides; else who is logged in.")
    ] = None,
    project_dir: ProjectDir = Path("."),
) -> None:
    """Say that two customer records are one customer, or never are."""
    with _one_line_errors():
        stewardship = Stewardship(project_dir)
        pair = stewardship.record(records[0]), stewardship.record(records[1])
        stewardship.decide(
            decision,
            pair,
            reason=reason,
            decided_by=user_name() if decided_by is None else decided_by,
        )
        typer.echo(
            f"{decision}: {pair[0]} and {pair[1]}, in {stewardship.lake};"
            " the next `dbt build` obeys"
        )


@app.command("refresh-frequencies")
def refresh_frequencies(
    database: Database = DEFAULT_DATABASE, project_dir: ProjectDir = Path(".")
) -> None:
    """Count anew how common names and addresses are: rare ones weigh more."""
    with _one_line_errors(), open_warehouse(database) as warehouse:
        stewardship = Stewardship(project_dir)
        refresh = stewardship.refresh_frequencies(warehouse)
        for each in refresh.attributes:
            typer.echo(
                f"{each.attribute}: {each.values:,} values,"
                f" known of {each.population:,} records"
            )
        typer.echo(
            f"hold since {refresh.refreshed_at:%Y-%m-%d %H:%M:%S} UTC, in"
            f" {stewardship.lake}; the next `dbt build` weighs by them"
        )


@contextmanager
def _one_line_errors() -> Iterator[None]:
    """Print what a person can mend as one line, and exit with 1."""
    try:
        yield
    except IngestionError as error:
        print_error(error)
        raise typer.Exit(code=1) from None
    except WarehouseError as error:
        typer.echo(f"error: {error}", err=True)
        raise typer.Exit(code=1) from None
