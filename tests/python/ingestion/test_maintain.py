"""Upkeep of the lake: files and logs get fewer, and no row, cursor or count changes."""

from __future__ import annotations

from typing import Any

import duckdb
import pytest

from ingestion.kept import TARGET_BYTES, bins
from tests.python.ingestion.fake_sources import (
    FakeSources,
    ShopDatabase,
    customer,
    moment,
)
from tests.python.ingestion.files_project import Drop, csv_text, order
from tests.python.ingestion.ingestion_project import Project
from tests.python.ingestion.maintained_lake import (
    CUSTOMERS,
    RUNS,
    age,
    arrive,
    contents,
    files,
    log_files,
    maintain,
    on_disk,
    on_storage,
    tables,
    transactions,
)


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
    # The first run has named the field that the contract does not know.
    assert "tier" not in result.output
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


def test_a_table_of_many_files_is_merged_as_far_as_it_goes(
    lake: Project, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Merged files are smaller than their parts, so that they can be merged again."""
    expected = contents(lake)
    largest = max(file.stat().st_size for file in lake.lake.glob(f"{CUSTOMERS}/*.par*"))
    monkeypatch.setattr("ingestion.kept.TARGET_BYTES", int(2.2 * largest))
    maintain(lake)
    assert files(lake, CUSTOMERS) < 3
    assert all("nothing to do" in line for line in maintain(lake).values())
    assert contents(lake) == expected


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
