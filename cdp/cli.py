"""The commands of `python -m cdp`."""

from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console

from cdp import summary
from cdp.warehouse import WarehouseError, open_warehouse

WIDTH = 80

app = typer.Typer(
    help="Read what the platform has built.",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
)


@app.callback()
def main() -> None:
    """Read what the platform has built."""


@app.command("summary")
def print_summary(
    database: Annotated[
        Path,
        typer.Option(envvar="CDP_DUCKDB", help="DuckDB file that dbt built."),
    ] = Path(".data/cdp.duckdb"),
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
    try:
        with open_warehouse(database) as warehouse:
            tables = [
                summary.customers(warehouse),
                summary.monthly_customers(warehouse, months),
                summary.monthly_amounts(warehouse, months),
                summary.segments(warehouse),
                summary.rejected_records(warehouse),
            ]
            if since:
                with open_warehouse(since) as earlier:
                    tables.append(summary.changes(earlier, warehouse))
    except WarehouseError as error:
        typer.echo(f"error: {error}", err=True)
        raise typer.Exit(code=1) from None
    if dbt_results.exists() and (results := summary.dbt_results(dbt_results)):
        tables.append(results)
    for table in tables:
        console.print(table)
