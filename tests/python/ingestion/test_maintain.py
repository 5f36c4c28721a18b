"""Upkeep of the lake: files and logs get fewer, and no row, cursor or count changes."""

from __future__ import annotations

import os
import shutil
import signal
import subprocess
import sys
from pathlib import Path
from typing import Any

import duckdb
import pytest
from deltalake.exceptions import CommitFailedError

from ingestion import cursors
from ingestion.contract_files import load_contract
from ingestion.errors import IngestionError
from ingestion.kept import TARGET_BYTES, KeptTable, bins
from ingestion.lake import LakeTable
from ingestion.maintain import Maintenance, Wish
from tests.python.ingestion.fake_sources import (
    FakeSources,
    ShopDatabase,
    customer,
    moment,
)
from tests.python.ingestion.files_project import Drop, csv_text, order
from tests.python.ingestion.ingestion_project import REPOSITORY, Project

RUNS = 5
DAY = 86_400
LONG_AGO = cursors.now() / cursors.SECOND - 40 * DAY
CUSTOMERS = "commerce/customers"


@pytest.fixture
def lake(
    project: Project,
    commerce: FakeSources,
    shop: ShopDatabase,
    tmp_path_factory: pytest.TempPathFactory,
) -> Project:
    """Several runs, with all that a row can have; they are made once, and copied."""
    made = tmp_path_factory.getbasetemp() / "maintained-lake"
    for number in range(RUNS):
        arrive(commerce, shop, number)
        if not made.exists():
            project.run()
    if made.exists():
        shutil.copytree(made, project.lake)
    else:
        shutil.copytree(project.lake, made)
    return project


def arrive(commerce: FakeSources, shop: ShopDatabase, number: int) -> None:
    """Let records come: new ones and changed ones."""
    first = number * 10
    commerce.customers += [
        customer(n, moment(n), full_name="محمد 🚀", tier={"of": n}, city="")
        for n in range(first, first + 10)
    ]
    commerce.customers.append(customer(900 + number, moment(first), birth_date="?"))
    shop.insert("orders", (number, 1, "2025-01-01", "paid", "EGP", 1.25, moment(first)))


def tables(project: Project) -> list[str]:
    logs = project.lake.glob("*/*/_delta_log")
    return sorted(str(log.parent.relative_to(project.lake)) for log in logs)


def contents(project: Project) -> dict[str, list[str]]:
    """Return every column of every row of every table, in an order of its own."""
    return {
        name: sorted(
            repr(row) for row in project.delta(name).to_pyarrow_table().to_pylist()
        )
        for name in tables(project)
    }


def transactions(project: Project) -> dict[str, Any]:
    """Return the state of each raw table: where it was read to, and the like."""
    found = {}
    for source in load_contract(project.folder):
        for table in source.tables:
            lake = LakeTable(str(project.lake), source, table)
            found[lake.name] = (lake.cursor, lake.loaded_at, lake.schema)
    return found


def files(project: Project, name: str) -> int:
    return len(project.delta(name).file_uris())


def on_disk(project: Project, name: str) -> set[str]:
    return {file.name for file in (project.lake / name).glob("*.parquet")}


def on_storage(project: Project) -> dict[Path, tuple[int, int]]:
    found = ((file, file.stat()) for file in project.lake.rglob("*"))
    return {file: (stat.st_size, stat.st_mtime_ns) for file, stat in found}


def log_files(project: Project, name: str) -> set[str]:
    log = project.lake / name / "_delta_log"
    return {file.name for file in log.glob("*.json")}


def maintain(project: Project, *arguments: str) -> dict[str, str]:
    """Return the line of each table."""
    result = project.call("maintain", *arguments)
    assert result.exit_code == 0, result.output
    lines = dict(line.split(": ", 1) for line in result.stdout.splitlines())
    assert len(lines) == len(tables(project))
    return lines


def upkeep(project: Project) -> None:
    """Do what `maintain` does, inside of another command."""
    errors: list[IngestionError] = []
    Maintenance(
        project.folder,
        load_contract(project.folder),
        on_table=lambda done: None,
        on_error=errors.append,
    ).execute(Wish())
    assert errors == []


def age(folder: Path, pattern: str) -> None:
    """Let files be forty days old."""
    for file in folder.glob(pattern):
        os.utime(file, (LONG_AGO, LONG_AGO))


def kept(project: Project, source: str, table: str) -> KeptTable:
    [owner] = [one for one in load_contract(project.folder) if one.name == source]
    [wanted] = [one for one in owner.tables if one.name == table]
    found = KeptTable.find(str(project.lake), owner, wanted)
    assert found is not None
    return found


def test_every_row_and_all_state_stay(lake: Project) -> None:
    before, state = contents(lake), transactions(lake)
    assert files(lake, CUSTOMERS) == RUNS
    lines = maintain(lake)
    assert lines["commerce.customers"].startswith(f"{RUNS} files (")
    assert " merged to 1 (" in lines["commerce.customers"]
    for name in tables(lake):
        assert files(lake, name) <= 1, name
    after = contents(lake)
    # The log of loads notes how far it has come, without a row.
    assert after == before
    # The log's own load time moves on with that.
    state.pop("ingestion.loads")
    found = transactions(lake)
    found.pop("ingestion.loads")
    assert found == state


def test_the_next_run_goes_on_as_if_nothing_had_been(
    lake: Project, commerce: FakeSources, shop: ShopDatabase
) -> None:
    before = {name: len(rows) for name, rows in contents(lake).items()}
    maintain(lake)
    lake.run()
    after = {name: len(rows) for name, rows in contents(lake).items()}
    for name in (CUSTOMERS, "shop/orders", "commerce/_rejected"):
        assert after[name] == before[name], name
    arrive(commerce, shop, RUNS)
    result = lake.run()
    assert "landed" in result.output
    keys = lake.values(CUSTOMERS, "customer_id")
    assert sorted(map(int, keys)) == list(range(10 * (RUNS + 1)))
    outcomes = {row["outcome"] for row in lake.rows("_ingestion/loads")}
    assert "not_logged" not in outcomes


def test_a_second_one_finds_nothing_to_do(lake: Project) -> None:
    maintain(lake)
    versions = {name: lake.delta(name).version() for name in tables(lake)}
    for name, line in maintain(lake).items():
        assert "nothing to do" in line, name
    assert {name: lake.delta(name).version() for name in tables(lake)} == versions


def test_a_dry_run_says_the_same_and_writes_nothing(lake: Project) -> None:
    orphan = lake.lake / CUSTOMERS / "part-orphan.parquet"
    orphan.write_bytes(b"PAR1")
    age(lake.lake / CUSTOMERS, "part-orphan*")
    everything = on_storage(lake)
    told = maintain(lake, "--dry-run")
    assert on_storage(lake) == everything
    assert "would be merged to 1" in told["commerce.customers"]
    assert "1 old files would be removed" in told["commerce.customers"]
    done = maintain(lake)
    for name, line in told.items():
        if "would be merged" in line:
            assert " merged to 1 (" in done[name], name
        else:
            assert "merged" not in done[name], name
    assert not orphan.exists()


def test_what_is_removed_is_older_than_the_retention(lake: Project) -> None:
    maintain(lake)
    left = on_disk(lake, CUSTOMERS)
    assert len(left) == RUNS + 1
    # Old by their own time, but replaced a moment ago.
    age(lake.lake / CUSTOMERS, "*.parquet")
    maintain(lake)
    assert on_disk(lake, CUSTOMERS) == left
    rows = lake.rows(CUSTOMERS)
    line = maintain(lake, "--retention-hours", "0", "--allow-short-retention")
    assert f"{RUNS} old files removed" in line["commerce.customers"]
    assert len(on_disk(lake, CUSTOMERS)) == 1
    assert lake.rows(CUSTOMERS) == rows


def test_a_file_of_a_run_under_way_is_left_alone(lake: Project) -> None:
    """It is written, and the commit that will name it has not come yet."""
    written = lake.lake / CUSTOMERS / "part-under-way.parquet"
    written.write_bytes(b"PAR1")
    maintain(lake)
    assert written.exists()


def test_a_reader_goes_on_reading(lake: Project) -> None:
    reader = lake.delta(CUSTOMERS)
    expected = reader.to_pyarrow_table()
    maintain(lake)
    assert reader.to_pyarrow_table() == expected
    reader.update_incremental()
    assert reader.to_pyarrow_table().num_rows == expected.num_rows


def test_duckdb_reads_what_is_left(lake: Project) -> None:
    expected = sorted(lake.values(CUSTOMERS, "customer_id"))
    maintain(lake)
    age(lake.lake, "*/*/_delta_log/*.json")
    maintain(lake)
    assert len(log_files(lake, CUSTOMERS)) == 1
    found = lake.delta(CUSTOMERS).to_pyarrow_dataset()
    with duckdb.connect() as connection:
        connection.register("customers", found)
        rows = connection.execute("select customer_id from customers order by all")
        assert [row[0] for row in rows.fetchall()] == expected


def test_counts_are_noted_before_their_commits_leave_the_log(
    lake: Project, commerce: FakeSources, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A run is killed before it completes the log; a month later comes upkeep."""
    commerce.customers.append(customer(500, moment(500)))
    with monkeypatch.context() as broken:
        broken.setattr("ingestion.loads.LoadLog._append", interrupted)
        assert lake.call("run", "--table", "customers").exit_code == 130
    landed = len(lake.rows(CUSTOMERS))
    before = len(lake.rows("_ingestion/loads"))
    age(lake.lake, "*/*/_delta_log/*.json")
    maintain(lake)
    assert len(log_files(lake, CUSTOMERS)) == 1
    assert len(lake.rows("_ingestion/loads")) == before + 1
    age(lake.lake, "*/*/_delta_log/*.json")
    lake.run()
    noted = [
        row
        for row in lake.rows("_ingestion/loads")
        if (row["source_name"], row["table_name"]) == ("commerce", "customers")
    ]
    assert sum(row["landed_count"] for row in noted) == landed
    assert "not_logged" not in {row["outcome"] for row in noted}


def test_upkeep_every_month_is_no_load_that_nobody_knows_of(lake: Project) -> None:
    """Its own commits leave the log, too."""
    for _ in range(3):
        maintain(lake, "--retention-hours", "0", "--allow-short-retention")
        age(lake.lake, "*/*/_delta_log/*.json")
    lake.run()
    assert "not_logged" not in lake.values("_ingestion/loads", "outcome")


def test_landed_files_are_known_before_their_commits_leave_the_log(
    project: Project, monkeypatch: pytest.MonkeyPatch
) -> None:
    drop = Drop(project)
    monkeypatch.setenv("EXPORTS_PATH", str(drop.folder))
    drop.table(file_glob="*.csv", format="csv")
    for number in range(2):
        drop.write(f"{number}.csv", csv_text(order(number)))
        drop.run()
    drop.write("2.csv", csv_text(order(0, city="Giza")))
    with monkeypatch.context() as broken:
        broken.setattr("ingestion.file_ledger.FileLedger._append", interrupted)
        assert project.call("run", "--source", "exports").exit_code == 130
    rows = contents(project)["exports/orders"]
    assert len(rows) == 3
    assert drop.read_files() == ["0.csv", "1.csv"]
    age(project.lake, "*/*/_delta_log/*.json")
    maintain(project)
    assert drop.read_files() == ["0.csv", "1.csv", "2.csv"]
    age(project.lake, "*/*/_delta_log/*.json")
    drop.run()
    assert contents(project)["exports/orders"] == rows


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
    assert files(lake, CUSTOMERS) == 2
    assert contents(lake)[CUSTOMERS] == expected
    assert transactions(lake) == state


def test_files_that_are_rewritten_meanwhile_are_merged_as_they_are_then(
    lake: Project,
) -> None:
    table, writer = (kept(lake, "commerce", "customers") for _ in range(2))
    since = writer.loaded_at
    assert since is not None
    rows = lake.delta(CUSTOMERS).to_pyarrow_table().cast(writer.schema)
    writer.rewrite(iter(rows.to_batches()), since=0)
    expected = contents(lake)[CUSTOMERS]
    assert table.merge()
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


def test_a_column_is_filled_after_upkeep_as_before(lake: Project) -> None:
    maintain(lake)
    lake.edit(
        "commerce",
        "          - name: full_name",
        "          - name: tier\n            data_type: string\n"
        "          - name: full_name",
    )
    maintain(lake)
    words = ("--source", "commerce", "--table", "customers", "--column", "tier")
    assert lake.call("backfill", *words).exit_code == 0
    maintain(lake)
    found = {
        row["customer_id"]: (row["tier"], row["_extra"]) for row in lake.rows(CUSTOMERS)
    }
    assert found["7"] == ('{"of":7}', None)


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


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["--retention-hours", "24"], "24 is less than 168: a reader"),
        (["--retention-hours=-1"], "give 0 or more hours"),
        ([], "no lake at"),
    ],
)
def test_what_is_wrong_is_said_in_one_line(
    project: Project, arguments: list[str], said: str
) -> None:
    result = project.call("maintain", *arguments)
    assert result.exit_code == 1
    [line] = result.stderr.splitlines()
    assert said in line
    assert not project.lake.exists()


def test_a_broken_table_does_not_stop_the_others(lake: Project) -> None:
    for file in (lake.lake / CUSTOMERS / "_delta_log").glob("*.json"):
        file.write_text("{")
    result = lake.call("maintain")
    assert result.exit_code == 1
    assert "Traceback" not in result.output
    [line] = result.stderr.splitlines()
    assert line.startswith("error: commerce.customers: lake not usable")
    assert files(lake, "shop/orders") == 1


@pytest.mark.parametrize(
    "sizes",
    [[], [5], [5, 5, 5], [TARGET_BYTES, 5, 5], [5, TARGET_BYTES + 1, 5, 5], [60, 60]],
)
def test_what_merging_would_leave(sizes: list[int]) -> None:
    """Against the plan written out: neighbours that fit into one file."""
    expected = {0: 0, 1: 1, 3: 1, 4: 3, 2: 1}[len(sizes)]
    if sizes[:1] == [TARGET_BYTES]:
        expected = 2
    assert len(list(bins(sizes))) == expected


def interrupted(*arguments: Any, **options: Any) -> None:
    raise KeyboardInterrupt
