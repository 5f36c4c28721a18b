"""Upkeep beside runs and back-fills, and killed: neither stops or spoils the other."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from typing import Any

import pytest
from deltalake.exceptions import CommitFailedError

from ingestion.errors import LakeError
from ingestion.kept import KeptTable
from ingestion.lake import LakeTable
from tests.python.ingestion.fake_sources import (
    FakeSources,
    ShopDatabase,
)
from tests.python.ingestion.ingestion_project import REPOSITORY, Project
from tests.python.ingestion.maintained_lake import (
    CUSTOMERS,
    RUNS,
    arrive,
    contents,
    files,
    kept,
    maintain,
    transactions,
    upkeep,
)


def test_a_run_goes_on_over_upkeep(
    lake: Project,
    commerce: FakeSources,
    shop: ShopDatabase,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """Upkeep comes before each of the run's commits, after the run has opened all."""
    arrive(commerce, shop, RUNS)
    append = LakeTable.append
    seen: list[str] = []

    def append_late(self: LakeTable, *arguments: Any, **options: Any) -> None:
        # Upkeep writes to the log of loads itself.
        if not isinstance(self, KeptTable):
            seen.append(self.name)
            upkeep(lake)
        append(self, *arguments, **options)

    with monkeypatch.context() as late:
        late.setattr(LakeTable, "append", append_late)
        lake.run()
    assert {"commerce.customers", "ingestion.loads", "ingestion.runs"} <= set(seen)
    keys = lake.values(CUSTOMERS, "customer_id")
    assert sorted(map(int, keys)) == list(range(10 * (RUNS + 1)))
    noted = lake.rows("_ingestion/loads")
    landed = sum(row["landed_count"] for row in noted if row["table_name"] == "orders")
    assert landed == RUNS + 1
    keys = [row["load_key"] for row in noted]
    assert len(keys) == len(set(keys))


def test_upkeep_goes_on_over_a_run(
    lake: Project, commerce: FakeSources, shop: ShopDatabase
) -> None:
    """A run commits after upkeep has seen the table."""
    table = kept(lake, "commerce", "customers")
    arrive(commerce, shop, RUNS)
    lake.run()
    expected, state = contents(lake)[CUSTOMERS], transactions(lake)
    assert table.merge()
    assert files(lake, CUSTOMERS) == 1
    # What it had seen in one commit, what came meanwhile in the next.
    merged = [one["operation"] for one in lake.delta(CUSTOMERS).history(3)]
    assert merged == ["OPTIMIZE", "OPTIMIZE", "WRITE"]
    assert contents(lake)[CUSTOMERS] == expected
    assert transactions(lake) == state


def test_files_that_are_rewritten_meanwhile_are_merged_as_they_are_then(
    lake: Project,
) -> None:
    table, writer = (kept(lake, "commerce", "customers") for _ in range(2))
    rows = lake.delta(CUSTOMERS).to_pyarrow_table().cast(writer.schema)
    writer.rewrite(iter(rows.to_batches()), since=0)
    expected = contents(lake)[CUSTOMERS]
    assert table.merge()
    assert contents(lake)[CUSTOMERS] == expected


def test_a_column_that_is_being_filled_is_told_to_begin_anew(lake: Project) -> None:
    writer = kept(lake, "commerce", "customers")
    rows = lake.delta(CUSTOMERS).to_pyarrow_table().cast(writer.schema)
    expected = contents(lake)[CUSTOMERS]
    assert kept(lake, "commerce", "customers").merge()
    with pytest.raises(LakeError, match="another run has written to the table"):
        writer.rewrite(iter(rows.to_batches()), since=0)
    assert contents(lake)[CUSTOMERS] == expected
    again = kept(lake, "commerce", "customers")
    again.rewrite(iter(rows.to_batches()), since=0)
    assert contents(lake)[CUSTOMERS] == expected


def test_where_others_keep_rewriting_it_says_so(
    lake: Project, monkeypatch: pytest.MonkeyPatch
) -> None:
    def lose(*arguments: Any, **options: Any) -> None:
        raise CommitFailedError("somebody was quicker")

    monkeypatch.setattr("deltalake.table.TableOptimizer.compact", lose)
    before = contents(lake)
    assert "not merged" in maintain(lake)["commerce.customers"]
    assert contents(lake) == before


DRIVER = """
import os, signal, sys
import ingestion.kept, ingestion.maintain
place, count = sys.argv[1], int(sys.argv[2])
owner = ingestion.maintain.LoadLog if place == "_append" else ingestion.kept.KeptTable
original, passages = getattr(owner, place), 0
def killing(*arguments, **options):
    global passages
    passages += 1
    if passages == count:
        os.kill(os.getpid(), signal.SIGKILL)
    return original(*arguments, **options)
setattr(owner, place, killing)
from ingestion.cli import app
app(["maintain"])
"""


@pytest.mark.parametrize(
    ("place", "count"),
    [("merge", 2), ("remove_old_files", 3), ("_append", 1), ("shorten_log", 2)],
)
def test_killed_at_any_moment(lake: Project, place: str, count: int) -> None:
    before = contents(lake)
    process = subprocess.run(
        [sys.executable, "-c", DRIVER, place, str(count)],
        cwd=lake.folder,
        env={**os.environ, "PYTHONPATH": str(REPOSITORY)},
        capture_output=True,
        check=False,
    )
    assert process.returncode == -signal.SIGKILL, process.stderr
    assert contents(lake) == before
    maintain(lake)
    lines = maintain(lake)
    assert all("nothing to do" in line for line in lines.values())
    assert contents(lake) == before
    lake.run()
    assert "not_logged" not in lake.values("_ingestion/loads", "outcome")
