"""From a change in a source to its being seen in `marts.kpi_daily`.

    python -m benchmarks.freshness [--rounds 3] [--every 5] [--no-all]

The known world, small, is landed and built on DuckDB. Then an order of the shop gets
more expensive, again and again. A round ends when the revenue in `kpi_daily` has grown;
one that does not see that fails. Printed are medians of the seconds of ingestion and of
dbt, and of those until dbt begins its work: with the models that make `kpi_daily`, with
`run --every` under way already, and once with all models and their tests.
"""

import argparse
import json
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import NamedTuple

import sqlalchemy as sa
from deltalake import DeltaTable

from demo.serving import serving
from demo.world import World, generate
from tests.python.support.platform import REPOSITORY, Platform

MODELS = ("--quiet", "run", "--select", "+kpi_daily")
EVERYTHING = ("--quiet", "build")
EXPENSIVE = 1000
PATIENCE = 120.0
REVENUE = """
    select sum(gross_revenue_amount) from marts.kpi_daily where level_name = 'total'
"""


class Round(NamedTuple):
    """Seconds from the change on.

    Attributes:
        ingestion: To its being in the lake.
        dbt: From there to its being in the mart.
        start: Of these, until dbt has read the project.
    """

    ingestion: float
    dbt: float
    start: float


class Shop:
    """The shop's database, in which one order changes."""

    def __init__(self, world: World) -> None:
        self._engine = sa.create_engine(world.shop_url)

    def change(self) -> None:
        """Makes an order that counts more expensive, as the last thing that happens."""
        with self._engine.begin() as connection:
            connection.execute(
                sa.text(
                    "update orders set total_amount = total_amount + :more,"
                    " updated_at = datetime((select max(updated_at) from orders),"
                    " '+1 second') where order_id = (select max(order_id) from orders"
                    " where status = 'delivered')"
                ),
                {"more": EXPENSIVE},
            )


def measured(
    platform: Platform, shop: Shop, land: Callable[[], None], words: tuple[str, ...]
) -> Round:
    """Changes an order and waits until it is seen.

    Raises:
        AssertionError: It is not seen.
    """
    before = platform.value(REVENUE)
    began = time.monotonic()
    shop.change()
    land()
    landed = time.monotonic()
    platform.dbt(*words)
    built = time.monotonic()
    after = platform.value(REVENUE)
    assert after > before, (before, after)
    results = json.loads((platform.target / "run_results.json").read_text())
    dbt = built - landed
    return Round(landed - began, dbt, dbt - results["elapsed_time"])


@contextmanager
def running(
    platform: Platform, sources: dict[str, str], seconds: int
) -> Iterator[None]:
    """Lets `run --every` go on meanwhile."""
    program = [sys.executable, "-m", "ingestion", "run", "--every", f"{seconds}s"]
    process = subprocess.Popen(
        program,
        cwd=REPOSITORY,
        env={**platform.environment, **sources},
        stdout=subprocess.DEVNULL,
    )
    try:
        yield
    finally:
        process.terminate()
        assert process.wait(60) == 0


def wait_for_commit(orders: Path, version: int) -> None:
    """Waits until a table has a newer version."""
    end = time.monotonic() + PATIENCE
    while DeltaTable(orders).version() == version:
        assert time.monotonic() < end, "nothing was landed"
        time.sleep(0.1)


def report(what: str, rounds: list[Round]) -> None:
    parts = [
        [one.ingestion + one.dbt for one in rounds],
        [one.ingestion for one in rounds],
        [one.dbt for one in rounds],
        [one.start for one in rounds],
    ]
    figures = "".join(f"{statistics.median(part):9.1f} s" for part in parts)
    print(f"  {what:34}{figures}", flush=True)


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--every", type=int, default=5)
    parser.add_argument("--all", action=argparse.BooleanOptionalAction, default=True)
    arguments = parser.parse_args()
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        world = generate("small", seed=11, folder=folder / "world")
        platform, shop = Platform(folder), Shop(world)
        with serving(world) as server:
            sources = dict(server.environment)

            def land() -> None:
                platform.ingest(variables=sources)

            def wait() -> None:
                wait_for_commit(orders, DeltaTable(orders).version())

            orders = platform.lake / "shop" / "orders"
            land()
            platform.build(*(() if arguments.all else ("--select", "+kpi_daily")))
            heads = ("whole", "ingestion", "dbt", "its start")
            print(" " * 36 + "".join(f"{head:>11}" for head in heads), flush=True)
            count = range(arguments.rounds)
            rounds = [measured(platform, shop, land, MODELS) for _ in count]
            report("run, then kpi_daily", rounds)
            with running(platform, sources, arguments.every):
                rounds = [measured(platform, shop, wait, MODELS) for _ in count]
            report(f"run --every {arguments.every}s, then kpi_daily", rounds)
            if arguments.all:
                rounds = [measured(platform, shop, land, EVERYTHING)]
                report("run, then all with tests", rounds)


if __name__ == "__main__":
    main()
