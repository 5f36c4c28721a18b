"""What `python -m cdp` writes to the lake: decisions, frequencies, and no mistakes."""

import datetime as dt
import getpass
from pathlib import Path
from typing import Any

import duckdb
import pytest
from deltalake import DeltaTable
from typer.testing import CliRunner, Result

from cdp.cli import app
from cdp.warehouse import BATCH_ROWS
from ingestion import cursors

DECISIONS = "_stewardship/identity_decisions"
FREQUENCIES = "_stewardship/value_frequencies"
COUNTED = "intermediate.int_customer_value_frequencies_counted"


@pytest.fixture
def lake(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("CDP_LAKE", str(tmp_path / "lake"))
    return tmp_path / "lake"


@pytest.fixture
def database(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    file = tmp_path / "cdp.duckdb"
    monkeypatch.setenv("CDP_DUCKDB", str(file))
    return file


def call(*arguments: str) -> Result:
    return CliRunner().invoke(app, arguments)


def decide(*arguments: str) -> Result:
    return call("decide", *arguments, "--reason", "they said so")


def rows(lake: Path, name: str) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = (
        DeltaTable(lake / name).to_pyarrow_table().sort_by("_loaded_at").to_pylist()
    )
    return found


def assert_one_line(result: Result, *words: str) -> None:
    assert result.exit_code == 1, result.output
    assert result.output.startswith("error: ")
    assert result.output.count("\n") == 1
    for word in words:
        assert word in result.output


def test_a_decision_is_one_row(lake: Path) -> None:
    before = dt.datetime.now(dt.UTC)
    result = decide("must_link", "crm:17", "shop: a:b ", "--decided-by", "nora")
    assert result.exit_code == 0, result.output
    assert result.output.startswith("must_link: crm:17 and shop:a:b, ")
    assert str(lake) in result.output
    [row] = rows(lake, DECISIONS)
    assert before <= row["decided_at"] <= dt.datetime.now(dt.UTC)
    assert row.pop("_loaded_at") == row.pop("decided_at")
    assert len(row.pop("decision_id")) == 32
    assert row == {
        "source_name": "crm",
        "source_record_id": "17",
        "other_source_name": "shop",
        "other_source_record_id": "a:b",
        "decision": "must_link",
        "reason": "they said so",
        "decided_by": "nora",
    }


def test_nothing_is_ever_changed(lake: Path) -> None:
    for decision in ("must_link", "cannot_link", "none", "none"):
        assert decide(decision, "crm:1", "crm:2").exit_code == 0
    found = rows(lake, DECISIONS)
    assert [row["decision"] for row in found] == [
        *("must_link", "cannot_link", "none", "none")
    ]
    assert len({row["decision_id"] for row in found}) == 4
    # The table is made, then each decision is a commit.
    assert DeltaTable(lake / DECISIONS).version() == 4


def test_the_later_decision_is_later_whatever_the_clock_says(
    lake: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    decide("must_link", "crm:1", "crm:2")
    monkeypatch.setattr(cursors, "now", lambda: 1_000_000)
    decide("cannot_link", "crm:1", "crm:2")
    first, second = rows(lake, DECISIONS)
    assert (first["decision"], second["decision"]) == ("must_link", "cannot_link")
    assert second["decided_at"] > first["decided_at"]


def test_who_is_logged_in_decides(lake: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(getpass, "getuser", lambda: "omar")
    decide("must_link", "crm:1", "crm:2")
    assert rows(lake, DECISIONS)[0]["decided_by"] == "omar"


@pytest.mark.parametrize("error", [KeyError, OSError, ImportError])
def test_nobody_is_logged_in(
    lake: Path, monkeypatch: pytest.MonkeyPatch, error: type[Exception]
) -> None:
    def nobody() -> str:
        raise error

    monkeypatch.setattr(getpass, "getuser", nobody)
    assert_one_line(decide("must_link", "crm:1", "crm:2"), "--decided-by")
    assert decide("none", "crm:1", "crm:2", "--decided-by", "nora").exit_code == 0


@pytest.mark.parametrize(
    ("records", "words"),
    [
        (("crm:1", "shp:2"), ["no source 'shp'", "commerce, crm, shop"]),
        (("stewardship:1", "shop:2"), ["no source 'stewardship'"]),
        (("crm:1", "crm: 1"), ["crm:1 twice"]),
        (("17", "shop:2"), ["'17' names no record", "source:id"]),
        (("crm:", "shop:2"), ["'crm:' names no record"]),
        ((":17", "shop:2"), ["':17' names no record"]),
        (("crm:1", ""), ["'' names no record"]),
    ],
    ids=["source", "internal", "twice", "no_source", "no_id", "no_name", "empty"],
)
def test_a_mistake_is_one_line_and_writes_nothing(
    lake: Path, records: tuple[str, str], words: list[str]
) -> None:
    assert_one_line(decide("must_link", *records), *words)
    assert not lake.exists()


def test_a_decision_has_a_reason_and_a_person(lake: Path) -> None:
    pair = ("decide", "must_link", "crm:1", "crm:2", "--reason")
    assert_one_line(call(*pair, " "), "needs a reason")
    assert_one_line(call(*pair, "why", "--decided-by", " "), "--decided-by")
    assert not lake.exists()


def test_other_words_are_no_decision(lake: Path) -> None:
    assert decide("merge", "crm:1", "crm:2").exit_code == 2
    assert not lake.exists()


def test_a_lake_that_cannot_be_written_is_one_line(lake: Path) -> None:
    lake.write_text("a file, not a folder")
    assert_one_line(decide("must_link", "crm:1", "crm:2"), "identity_decisions: lake")


def test_another_folder_has_no_contract(lake: Path, tmp_path: Path) -> None:
    result = decide("must_link", "crm:1", "crm:2", "--project-dir", str(tmp_path))
    assert_one_line(result, "give --project-dir")


def count(database: Path, values: str) -> None:
    """Puts counted values in place of the model's."""
    with duckdb.connect(str(database)) as connection:
        connection.execute("create schema if not exists intermediate")
        connection.execute(
            f"create or replace table {COUNTED} as select * from ({values})"
            " as counted(attribute, value, record_count, population_count)"
        )


def test_a_refresh_is_one_commit_and_prints_no_value(
    lake: Path, database: Path
) -> None:
    count(
        database,
        "values ('given_name', 'mona', 9, 1000), ('given_name', 'منى', 1, 1000),"
        " ('city', 'cairo', 3, 5)",
    )
    result = call("refresh-frequencies")
    assert result.exit_code == 0, result.output
    given_name, city = "given_name: 2 values", "city: 1 values"
    lines = result.output.splitlines()
    assert lines[0] == f"{city}, known of 5 records"
    assert lines[1] == f"{given_name}, known of 1,000 records"
    for value in ("mona", "منى", "cairo"):
        assert value not in result.output
    found = rows(lake, FREQUENCIES)
    [moment] = {row.pop("refreshed_at") for row in found}
    assert {row.pop("_loaded_at") for row in found} == {moment}
    assert f"hold since {moment:%Y-%m-%d %H:%M:%S} UTC" in lines[2]
    assert str(lake) in lines[2]
    assert sorted(tuple(row.values()) for row in found) == [
        ("city", "cairo", 3, 5),
        ("given_name", "mona", 9, 1000),
        ("given_name", "منى", 1, 1000),
    ]
    assert DeltaTable(lake / FREQUENCIES).version() == 1


def test_a_large_refresh_is_one_commit_too(lake: Path, database: Path) -> None:
    size = 2 * BATCH_ROWS + 1
    count(database, f"select 'name', 'n' || range, 1::hugeint, 2 from range({size})")
    assert "name: 131,073 values" in call("refresh-frequencies").output
    table = DeltaTable(lake / FREQUENCIES)
    assert table.version() == 1
    written = table.to_pyarrow_table()
    assert written.num_rows == len(set(written["value"].to_pylist())) == size
    assert len(set(written["refreshed_at"].to_pylist())) == 1


def test_a_later_refresh_is_added(lake: Path, database: Path) -> None:
    count(database, "values ('city', 'cairo', 3, 5)")
    call("refresh-frequencies")
    count(database, "values ('city', 'cairo', 4, 6)")
    call("refresh-frequencies")
    first, second = rows(lake, FREQUENCIES)
    assert (first["record_count"], second["record_count"]) == (3, 4)
    assert first["refreshed_at"] < second["refreshed_at"]


def test_nothing_counted_is_no_refresh(lake: Path, database: Path) -> None:
    assert_one_line(call("refresh-frequencies"), "there is no DuckDB file")
    with duckdb.connect(str(database)):
        pass
    assert_one_line(call("refresh-frequencies"), "is not a complete build")
    for nothing in (
        "values ('record', '*', 0, 0)",
        "select 'a', 'b', 1, 1 where false",
    ):
        count(database, nothing)
        assert_one_line(call("refresh-frequencies"), "the former frequencies stay")
    assert not lake.exists()
