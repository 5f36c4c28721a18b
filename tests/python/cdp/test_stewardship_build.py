"""From the commands through the lake into the models that obey."""

import datetime as dt
import json
from pathlib import Path

import duckdb
import pyarrow as pa
import pytest
from typer.testing import CliRunner

from cdp.cli import app
from ingestion import cursors
from ingestion.contract_files import load_contract
from ingestion.lake import LakeTable
from tests.python.support.artefacts import statuses
from tests.python.support.platform import REPOSITORY, Platform

MODELS = {
    "staging.stg_stewardship__identity_decisions",
    "staging.stg_stewardship__value_frequencies",
    "intermediate.int_identity_decisions_deduplicated",
    "intermediate.int_customer_records_separated",
}
OBEYING = "+int_customer_records_separated"
WARNING = "assert_decisions_name_delivered_records"
COUNTED = "intermediate.int_customer_value_frequencies_counted"


@pytest.fixture(scope="module")
def platform(tmp_path_factory: pytest.TempPathFactory) -> Platform:
    platform = Platform(tmp_path_factory.mktemp("stewardship"))
    platform.ingest()
    return platform


@pytest.fixture(scope="module")
def undecided(platform: Platform) -> Platform:
    build(platform)
    return platform


@pytest.fixture(scope="module")
def decided(undecided: Platform) -> Platform:
    """One contact, crm:1, is delivered; the other records are not."""
    deliver_contact(undecided.lake)
    decide(undecided, "must_link", "crm:1", "shop:2")
    decide(undecided, "cannot_link", "shop:2", "crm:1")
    decide(undecided, "cannot_link", "crm:1", "crm:3")
    decide(undecided, "none", "crm:3", "crm:1")
    decide(undecided, "must_link", "shop:5", "commerce:4")
    for count in (3, 4):
        refresh(undecided, count)
    build(undecided)
    return undecided


def build(platform: Platform) -> None:
    """Builds and tests what obeys and what that reads; no test that reads others."""
    cautious = ("--indirect-selection", "cautious")
    platform.dbt("build", *cautious, "--select", OBEYING)


def decide(platform: Platform, *arguments: str) -> None:
    why = ("--reason", "seen in store", "--decided-by", "nora")
    call(platform, "decide", *arguments, *why)


def refresh(platform: Platform, count: int) -> None:
    with duckdb.connect(str(platform.database)) as connection:
        connection.execute(
            f"create or replace table {COUNTED} as select 'city' as attribute,"
            f" 'cairo' as value, {count} as record_count, 5 as population_count"
        )
    call(platform, "refresh-frequencies")


def call(platform: Platform, *arguments: str) -> None:
    result = CliRunner().invoke(app, arguments, env=platform.environment)
    assert result.exit_code == 0, result.output


def deliver_contact(lake: Path) -> None:
    [(source, table)] = [
        (source, table)
        for source in load_contract(REPOSITORY)
        for table in source.tables
        if (source.name, table.name) == ("crm", "contacts")
    ]
    raw = LakeTable(str(lake), source, table)
    landed = cursors.from_microseconds(cursors.now())
    times = dict.fromkeys(["lastmodifieddate", "_loaded_at"], landed)
    row = {"id": "1", "email": "mona@example.com", **times}
    rows = pa.RecordBatch.from_pylist([row], schema=raw.schema)
    raw.append(iter([rows]), loaded_at=cursors.now())


def test_nothing_decided_is_nothing_to_obey(undecided: Platform) -> None:
    for name in (*MODELS, "reference.identity_overrides"):
        assert undecided.value(f"select count(*) from {name}") == 0
    assert set(statuses(undecided.target).values()) <= {"success", "pass"}


def test_the_newest_decision_about_a_pair_holds(decided: Platform) -> None:
    columns = "source_node, target_node, decision, reason, decided_by"
    assert decided.query(
        f"select {columns} from intermediate.int_identity_decisions_deduplicated"
        " order by source_node"
    ) == [
        ("commerce:4", "shop:5", "must_link", "seen in store", "nora"),
        ("crm:1", "shop:2", "cannot_link", "seen in store", "nora"),
    ]


def test_only_what_must_be_apart_is_separated(decided: Platform) -> None:
    assert decided.query(
        "select * from intermediate.int_customer_records_separated"
    ) == [("crm:1", "shop:2", "decision", "seen in store")]


def test_every_decision_stays_in_staging(decided: Platform) -> None:
    staged = decided.query(
        "select decided_at, _loaded_at"
        " from staging.stg_stewardship__identity_decisions order by decided_at"
    )
    assert len(staged) == 5
    today = dt.datetime.now(dt.UTC).replace(tzinfo=None)
    for decided_at, loaded_at in staged:
        assert decided_at == loaded_at
        assert dt.timedelta(0) < today - decided_at < dt.timedelta(hours=1)


def test_the_newest_refresh_holds(decided: Platform) -> None:
    columns = "attribute, value, record_count, population_count"
    assert decided.query(
        f"select {columns} from staging.stg_stewardship__value_frequencies"
    ) == [("city", "cairo", 4, 5)]


def test_records_that_nobody_delivered_are_named_and_break_nothing(
    decided: Platform,
) -> None:
    unhappy = {
        name: status
        for name, status in statuses(decided.target).items()
        if status not in ("success", "pass")
    }
    assert unhappy == {f"test.cdp.{WARNING}": "warn"}
    shown = decided.dbt("--quiet", "show", "--select", WARNING, "--output", "json")
    named = json.loads(shown.stdout)["show"]
    assert sorted((row["record_key"], row["other_record_key"]) for row in named) == [
        ("commerce:4", "shop:5"),
        ("shop:2", "crm:1"),
        ("shop:5", "commerce:4"),
    ]
