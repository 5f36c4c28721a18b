"""One played world, built by DuckDB and by a local warehouse, and compared."""

import time
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import NamedTuple

import pyarrow as pa

from demo.serving import serving
from demo.world import generate
from tests.python.support import artefacts
from tests.python.support.parity import Comparison, compare
from tests.python.support.planted import plant
from tests.python.support.planted_decisions import plant_decisions
from tests.python.support.platform import Platform, succeeded
from tests.python.support.warehouse import Warehouse

SEED = 5
# Orders of 1970 are planted, which no KPI counts; a short calendar saves Spark time.
VARIABLES = "{kpi_history_years: 3}"
READERS = {"CDP_PII_READERS": "pii_readers", "CDP_MART_READERS": "analysts, finance"}


class Run(NamedTuple):
    """A run of dbt.

    Attributes:
        statuses: Status of each node.
        seconds: From its start to its end.
        spent: Seconds of its nodes by kind.
        output: What it printed.
    """

    statuses: Mapping[str, str]
    seconds: float
    spent: Counter[str]
    output: str


@dataclass(frozen=True)
class Day:
    """What both engines made of a day.

    Attributes:
        local: Run on the laptop engine.
        warehouse: Run on the warehouse.
        parity: What differs between their tables.
        statements: How many statements the warehouse had got before the day.
    """

    local: Run
    warehouse: Run
    parity: Comparison
    statements: int


class BothEngines:
    """The played world with a platform on each engine.

    Args:
        folder: Where everything goes.
        warehouse: The running warehouse.
    """

    def __init__(self, folder: Path, warehouse: Warehouse) -> None:
        self.server = warehouse
        self.world = generate("small", seed=SEED, folder=folder / "world")
        self.local = Platform(folder / "local")
        self.warehouse = Platform(folder / "warehouse", lake=self.local.lake)
        self.warehouse.environment |= warehouse.environment | READERS

    def ingest(self, day: int) -> None:
        """Plants the records of a day and ingests what is new."""
        plant(self.world, day)
        with serving(self.world) as sources:
            self.local.ingest(variables=sources.environment)
        plant_decisions(self.local.lake, day)

    def advance(self) -> None:
        """Plays a week."""
        words = ("python", "-m", "demo", "advance", "--days", "7")
        succeeded(self.local.run(*words, "--world", self.world.folder))

    def build(self, *arguments: str) -> Day:
        """Builds on both engines and compares their tables."""
        before = len(self.server.statements())
        runs = [
            dbt(self.local, "build", *arguments),
            dbt(self.warehouse, "build", *arguments, "--target", "warehouse"),
        ]
        return Day(*runs, self.compared(), before)

    def compared(self) -> Comparison:
        """The tables of both engines, side by side."""
        here = artefacts.tables(self.local.target)
        there = artefacts.tables(self.warehouse.target)
        assert here.keys() == there.keys()
        names = {here[node].name: there[node].name for node in here}
        keys = {table.name: table.key for table in here.values()}
        with self.server.connection() as connection, connection.cursor() as cursor:

            def fetch(name: str) -> pa.Table:
                schema, table = names[name].split(".")
                cursor.execute(f"select * from `main`.`{schema}`.`{table}`")
                return cursor.fetchall_arrow()

            return compare(self.local.database, keys, fetch)


def dbt(platform: Platform, *arguments: str) -> Run:
    """Runs dbt, however it ends."""
    began = time.monotonic()
    run = platform.run("dbt", "--no-use-colors", *arguments, "--vars", VARIABLES)
    seconds = time.monotonic() - began
    output = run.stdout + run.stderr
    assert (platform.target / "run_results.json").exists(), output
    return Run(
        artefacts.statuses(platform.target),
        seconds,
        artefacts.seconds_by_kind(platform.target),
        output,
    )
