"""A column that the contract gets late is filled from `_extra`, as if always there."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from collections.abc import Callable
from itertools import count
from pathlib import Path
from typing import Any

import pytest
from deltalake import DeltaTable

from ingestion import column_backfill
from ingestion.contract import Source
from ingestion.contract_files import load_contract
from ingestion.errors import LakeError
from ingestion.lake import LakeTable
from tests.python.ingestion.drift_project import KINDS, DriftProject, Field, thing
from tests.python.ingestion.fake_sources import FakeSources
from tests.python.ingestion.ingestion_project import REPOSITORY, Project

WORDS = ("backfill", "--source", "drift", "--table", "things", "--column", "tier")
PLACES = ("id", "_loaded_at", "_batch_id", "_source_position")
# Stops dead before the commit, while it is written, and after it.
DRIVER = """
import os, signal, sys
from ingestion import column_backfill, lake
place = sys.argv.pop(1)
def die():
    os.kill(os.getpid(), signal.SIGKILL)
original = lake.LakeTable.rewrite
def rewrite(self, batches, **options):
    def dying():
        for rows in batches:
            if place == "while":
                die()
            yield rows
    if place == "before":
        die()
    original(self, dying(), **options)
    if place == "after":
        die()
lake.LakeTable.rewrite = rewrite
from ingestion.cli import app
app()
"""

Maker = Callable[..., DriftProject]


@pytest.fixture
def make(
    project: Project, sources: FakeSources, monkeypatch: pytest.MonkeyPatch
) -> Maker:
    def made(kind: str, load_mode: str = "incremental") -> DriftProject:
        return DriftProject(project, sources, kind, monkeypatch, load_mode=load_mode)

    return made


def field(kind: str, value: Any) -> Field:
    if kind == "sql":
        return value  # type: ignore[no-any-return]
    return b"null" if value is None else str(value).encode()


def tiered(kind: str, number: int, tier: Any, **fields: Any) -> dict[str, Field]:
    others = {name: field(kind, value) for name, value in fields.items()}
    return thing(kind, number, tier=field(kind, tier), **others)


def deliver(made: DriftProject) -> None:
    """Land two loads with whole numbers, what is none, a blank, and other fields."""
    kind = made.kind
    texts = ("'7'", "'x'", "''") if kind == "sql" else ('"7"', '"x"', '""')
    seven, none, blank = (text.strip("'") for text in texts)
    records = [
        tiered(kind, 1, None, coupon=5.0),
        tiered(kind, 2, 5, coupon=1e25),
        tiered(kind, 3, seven, coupon=4.0),
        tiered(kind, 4, none),
        tiered(kind, 5, blank, coupon=0.1),
        tiered(kind, 6, 6.0),
    ]
    made.deliver(*records[:3])
    made.run()
    made.deliver(*records)
    made.run()


def places(made: DriftProject) -> list[tuple[Any, ...]]:
    return made.project.values("drift/things", *PLACES)


def cursor(made: DriftProject) -> int | None:
    table = made.project.delta("drift/things")
    return table.transaction_version("ingestion/drift/things/cursor")


def version(made: DriftProject) -> int:
    return made.project.delta("drift/things").version()


def loads(made: DriftProject) -> list[dict[str, Any]]:
    return made.project.rows("_ingestion/loads")


@pytest.mark.parametrize("kind", KINDS)
def test_the_lake_is_as_if_the_column_had_always_been_there(
    make: Maker, kind: str
) -> None:
    made = make(kind)
    deliver(made)
    before, reached, logged = places(made), cursor(made), loads(made)
    made.write_contract(tier="int")
    result = made.project.call(*WORDS)
    assert result.exit_code == 0, result.output
    assert result.output.splitlines() == [
        "drift.things.tier: 4 rows filled from _extra",
        "drift.things.tier: 1 values stay in _extra, each is not a whole number",
        "next: dbt build --full-refresh --select source:drift.things+1",
    ]
    assert (places(made), cursor(made)) == (before, reached)
    rows = made.by_id()
    tiers = {"1": None, "2": 5, "3": 7, "4": None, "5": None, "6": 6}
    assert {key: row["tier"] for key, row in rows.items()} == tiers
    assert [made.extra(key) for key in tiers] == [
        {"coupon": 5.0},
        {"coupon": 1e25},
        {"coupon": 4.0},
        {"tier": "x"},
        {"coupon": 0.1},
        None,
    ]
    # Everything is fetched again: all is known, but for what breaks the contract now.
    landed = version(made)
    made.run("--full-refresh")
    assert version(made) == landed
    [rejection] = made.rejected()
    assert rejection["reason"] == "tier is not a whole number"
    assert [row for row in loads(made) if row["outcome"] == "landed"] == [
        row for row in logged if row["outcome"] == "landed"
    ]
    assert "not_logged" not in {row["outcome"] for row in loads(made)}


def test_once_more_does_nothing(make: Maker) -> None:
    made = make("rest")
    deliver(made)
    made.write_contract(tier="int")
    made.project.call(*WORDS)
    once, rows = version(made), made.rows()
    result = made.project.call(*WORDS)
    assert result.output.splitlines() == [
        "drift.things.tier: 0 rows filled from _extra",
        "drift.things.tier: 1 values stay in _extra, each is not a whole number",
    ]
    assert (version(made), made.rows()) == (once, rows)


@pytest.mark.parametrize("place", ["before", "while", "after"])
def test_killed_and_run_again(make: Maker, place: str) -> None:
    made = make("rest")
    deliver(made)
    made.write_contract(tier="int")
    before = places(made)
    process = subprocess.run(
        [sys.executable, "-c", DRIVER, place, *WORDS],
        cwd=made.project.folder,
        env={**os.environ, "PYTHONPATH": str(REPOSITORY)},
        capture_output=True,
        check=False,
    )
    assert process.returncode == -signal.SIGKILL
    is_done = place == "after"
    assert made.by_id()["2"]["tier"] == (5 if is_done else None)
    assert places(made) == before
    result = made.project.call(*WORDS)
    assert f"{0 if is_done else 4} rows filled" in result.output
    assert places(made) == before
    tiers = {"1": None, "2": 5, "3": 7, "4": None, "5": None, "6": 6}
    assert {key: row["tier"] for key, row in made.by_id().items()} == tiers
    landed = version(made)
    made.run("--full-refresh")
    assert version(made) == landed


def test_loads_before_the_field_came_are_not_written_again(
    make: Maker, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Also where maintenance has put old and new loads into one file."""
    clock = count(10**15, 5_000_000)
    monkeypatch.setattr("ingestion.cursors.now", lambda: next(clock))
    made = make("rest")
    made.deliver(thing("rest", 1))
    made.run()
    first = made.rows()
    old_files = set(made.project.delta("drift/things").file_uris())
    made.deliver(thing("rest", 1), tiered("rest", 2, 5))
    made.run()
    made.write_contract(tier="int", plan="int")
    made.project.call(*WORDS)
    assert old_files <= set(made.project.delta("drift/things").file_uris())
    made.deliver(thing("rest", 3, plan=b"1"))
    made.run()
    DeltaTable(made.project.lake / "drift/things").optimize.compact()
    before = places(made)
    made.project.call(*WORDS)
    assert places(made) == before
    [row] = [row for row in made.rows() if row["id"] == "1"]
    assert row == {**first[0], "tier": None, "plan": None}


def test_columns_that_came_together_are_filled_one_by_one(make: Maker) -> None:
    made = make("hubspot")
    made.deliver(thing("hubspot", 1, tier=b"5", plan=b'{"a":[1]}', rest=b"true"))
    made.run()
    made.write_contract(tier="int", plan="string")
    made.project.call(*WORDS)
    assert made.extra("1") == {"plan": {"a": [1]}, "rest": True}
    made.project.call(*WORDS[:-1], "plan")
    assert made.extra("1") == {"rest": True}
    assert (made.by_id()["1"]["tier"], made.by_id()["1"]["plan"]) == (5, '{"a":[1]}')
    landed = version(made)
    made.run("--full-refresh")
    assert version(made) == landed


def test_a_value_that_is_there_is_not_overwritten(make: Maker) -> None:
    """The column was taken out of the contract for a while."""
    made = make("rest")
    made.write_contract(tier="int")
    made.deliver(tiered("rest", 1, 5))
    made.run()
    del made.columns["tier"]
    made.write_contract()
    made.deliver(tiered("rest", 2, 6))
    made.run()
    made.write_contract(tier="int")
    made.project.call(*WORDS)
    assert made.project.values("drift/things", "tier", "_extra") == [
        (5, None),
        (6, None),
    ]


def test_a_table_that_is_landed_whole_stays_unchanged(make: Maker) -> None:
    made = make("sql", "full")
    made.deliver(tiered("sql", 1, 5), tiered("sql", 2, None))
    made.run()
    made.write_contract(tier="int")
    made.project.call(*WORDS)
    landed = version(made)
    made.run()
    assert version(made) == landed
    assert [row["tier"] for row in made.rows()] == [5, None]


def opened(made: DriftProject) -> tuple[Source, LakeTable]:
    contract = load_contract(made.project.folder)
    [source] = [one for one in contract if one.name == "drift"]
    return source, LakeTable(str(made.project.lake), source, source.tables[0])


def test_a_run_in_between_is_noticed_on_both_sides(
    make: Maker, monkeypatch: pytest.MonkeyPatch
) -> None:
    made = make("rest")
    deliver(made)
    made.write_contract(tier="int")
    source, lake = opened(made)
    made.deliver(tiered("rest", 8, 8))
    made.run()
    with pytest.raises(LakeError, match="another run has written"):
        column_backfill.backfill(
            source, lake, column_backfill.column_of(source, source.tables[0], "tier")
        )
    assert made.by_id()["2"]["tier"] is None

    def filled(*arguments: object) -> None:
        assert made.project.call(*WORDS).exit_code == 0

    made.deliver(tiered("rest", 9, 9))
    monkeypatch.setattr("ingestion.load.TableLoad._check_ratio", filled)
    result = made.project.call("run", "--source", "drift")
    assert result.exit_code == 1
    assert "another run has written" in result.output
    assert made.by_id()["2"]["tier"] == 5
    assert "9" not in made.by_id()


@pytest.mark.parametrize(
    ("words", "message"),
    [
        (
            ("drift", "things", "tier"),
            "the contract has no column 'tier'; add it",
        ),
        (("drift", "things", "_extra"), "the contract has no column '_extra'"),
        (("drift", "others", "tier"), "no table 'others'; there are: drift.things"),
        (("ingestion", "loads", "outcome"), "no source 'ingestion'"),
        (("drift", "things", "name"), "drift.things is not in the lake yet"),
    ],
)
def test_mistakes_end_in_one_line(
    make: Maker, words: tuple[str, str, str], message: str
) -> None:
    source, table, column = words
    made = make("rest")
    where = ("--source", source, "--table", table, "--column", column)
    result = made.project.call("backfill", *where)
    assert result.exit_code == 1
    assert message in result.output
    assert len(result.output.splitlines()) == 1
    assert not Path(made.project.lake / "drift").exists()
