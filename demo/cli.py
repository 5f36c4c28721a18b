"""`python -m demo`: generate, serve and advance the known world."""

from __future__ import annotations

import json
import shlex
import signal
import sys
import tempfile
import threading
from pathlib import Path
from typing import Annotated

import numpy as np
import typer
from rich.console import Console
from rich.table import Table

from demo import advance as advancing
from demo import contents, given, serving, world
from demo import noise as noise_levels

app = typer.Typer(
    help="The known world: synthetic customers, served as real systems would.",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
)
_out = Console(soft_wrap=True, highlight=False)
_err = Console(stderr=True, soft_wrap=True, highlight=False)

WorldOption = Annotated[
    Path, typer.Option("--world", envvar="DEMO_WORLD", help="World folder.")
]
_DEFAULT_FOLDER = Path(".data/world")


@app.command()
def generate(  # noqa: PLR0913, PLR0917 (one per option)
    folder: WorldOption = _DEFAULT_FOLDER,
    size: Annotated[str, typer.Option(help="small, demo or a number of people.")] = (
        "demo"
    ),
    seed: Annotated[int, typer.Option(min=0, help="Same seed, same world.")] = 7,
    noise: Annotated[str, typer.Option(help="default or hard.")] = "default",
    shop_url: Annotated[
        str | None,
        typer.Option(help="SQLAlchemy URL of the shop database (default: SQLite)."),
    ] = None,
    force: Annotated[bool, typer.Option(help="Replace what is there.")] = False,
) -> None:
    """Generate a world."""
    if noise not in noise_levels.LEVELS:
        raise world.WorldError(
            f"noise {noise!r} is none of {', '.join(noise_levels.LEVELS)}"
        )
    made = world.generate(size, seed, folder, noise, shop_url=shop_url, force=force)
    _out.print(
        f"World of {made.state('size'):,} people in {folder}"
        f" (seed {seed}, noise {noise}), as of {world.AS_OF}."
    )


@app.command()
def serve(
    folder: WorldOption = _DEFAULT_FOLDER,
    port: Annotated[int, typer.Option(min=0, max=65535, help="0: any free one.")] = 0,
    throttle_every: Annotated[
        int, typer.Option(min=0, help="One request in so many gets 429; 0: none.")
    ] = serving.THROTTLE_EVERY,
    customers: Annotated[
        Path | None,
        typer.Option(help="Serve just the commerce customers of this JSON file."),
    ] = None,
) -> None:
    """Serve both APIs on the loopback interface until interrupted."""
    with tempfile.TemporaryDirectory() as scratch:
        if customers is None:
            served = world.World(folder)
        else:
            served = given.from_customers(_records(customers), Path(scratch) / "world")
        with (
            serving.serving(served, port=port, throttle_every=throttle_every) as server,
            serving.announced(server),
        ):
            _print_exports(server)
            _wait_for_signal()


@app.command()
def env(
    folder: WorldOption = _DEFAULT_FOLDER,
    wait: Annotated[
        float, typer.Option(min=0, help="Seconds to wait for the server.")
    ] = 0.0,
) -> None:
    """Print the variables of the running server, for `eval "$(... env)"`."""
    _print_exports(serving.find(world.World(folder), wait))


@app.command()
def advance(
    folder: WorldOption = _DEFAULT_FOLDER,
    days: Annotated[int, typer.Option(min=1, max=366, help="Days to play.")] = 1,
) -> None:
    """Play further days: new, changed, merged and deleted records."""
    played = world.World(folder)
    counts = advancing.advance(played, days)
    table = Table(title=f"{days} more day(s); it is now {_date(played)}")
    for heading in ("source", "table", "change"):
        table.add_column(heading)
    table.add_column("records", justify="right")
    for key, count in sorted(counts.items()):
        table.add_row(*key, f"{count:,}")
    _out.print(table)


@app.command()
def describe(folder: WorldOption = _DEFAULT_FOLDER) -> None:
    """Show what a world holds."""
    shown = world.World(folder)
    table = Table(title=f"{folder}: {_date(shown)}")
    table.add_column("where")
    table.add_column("what")
    table.add_column("rows", justify="right")
    for where, what, count in contents.count(shown):
        table.add_row(where, what, f"{count:,}")
    _out.print(table)


def main() -> None:
    """Run the command line; a user's mistake is one line, not a traceback."""
    try:
        app(prog_name="python -m demo")
    except world.WorldError as error:
        _err.print(f"[red]error:[/red] {error}")
        sys.exit(1)


def _date(shown: world.World) -> str:
    return str(np.datetime64(shown.now, "s"))[:10]


def _print_exports(server: serving.Server) -> None:
    for name, value in server.environment.items():
        print(f"export {name}={shlex.quote(value)}")
    sys.stdout.flush()


def _wait_for_signal() -> None:
    stop = threading.Event()
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, lambda *_: stop.set())
    stop.wait()


def _records(path: Path) -> list[dict[str, object]]:
    try:
        records = json.loads(path.read_text("utf-8"))
    except (OSError, ValueError) as error:
        raise world.WorldError(f"{path} cannot be read as JSON: {error}") from None
    if isinstance(records, dict):
        records = records.get("data")
    if not isinstance(records, list) or not all(isinstance(r, dict) for r in records):
        raise world.WorldError(f"{path} holds no list of customers")
    return records
