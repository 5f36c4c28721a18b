"""The log of runs: a start of each table, and an end unless the run was killed."""

from __future__ import annotations

import shutil
import signal
from typing import Any

import pytest
from starlette.responses import JSONResponse

from ingestion.errors import LakeError
from ingestion.lake import LakeTable
from ingestion.runs import RunLog
from ingestion.spool import Spool
from tests.python.ingestion.fake_sources import (
    FakeSources,
    ShopDatabase,
    customer,
    event,
    moment,
)
from tests.python.ingestion.ingestion_project import Project
from tests.python.ingestion.test_kill import start

RUNS = "_ingestion/runs"
TABLES = ["customers", "events", "exchange_rates"]


def ended(project: Project, source: str = "commerce") -> dict[str, dict[str, Any]]:
    """Return how each table of a source ended last."""
    return {
        row["table_name"]: row
        for row in project.rows(RUNS)
        if row["source_name"] == source and row["run_outcome"] != "started"
    }


def started(project: Project, source: str = "commerce") -> list[str]:
    return [
        row["table_name"]
        for row in project.rows(RUNS)
        if row["source_name"] == source and row["run_outcome"] == "started"
    ]


def test_start_and_end_of_each_table(project: Project, commerce: FakeSources) -> None:
    commerce.customers = [customer(1, moment(0)), customer(2, moment(60))]
    project.run()
    commerce.customers.append(customer(3, moment(120)))
    project.run("--table", "customers")
    [first, second] = [
        row
        for row in project.rows(RUNS)
        if row["table_name"] == "customers" and row["run_outcome"] == "finished"
    ]
    assert (first["cursor_before"], first["cursor_after"]) == (
        None,
        "2025-01-01T00:01:00Z",
    )
    assert (second["cursor_before"], second["cursor_after"]) == (
        "2025-01-01T00:01:00Z",
        "2025-01-01T00:02:00Z",
    )
    batches = project.values("commerce/customers", "_batch_id")
    assert [first["batch_id"], second["batch_id"]] == [batches[0], batches[2]]
    for row in (first, second):
        assert row["error_message"] is None
        assert row["ingestion_started_at"] <= row["ingestion_ended_at"]
        assert row["duration_seconds"] >= 0
        assert row["delivered_byte_count"] > 0
    assert sorted(started(project)) == sorted([*TABLES, "customers"])
    keys = project.values(RUNS, "run_key")
    assert len(keys) == len(set(keys)) == 8


def test_a_source_that_is_not_configured_has_no_run(project: Project) -> None:
    project.run()
    assert project.rows(RUNS) == []


def test_a_failed_table_says_why_in_one_line(
    project: Project, commerce: FakeSources
) -> None:
    def before(path: str, count: int) -> Any:
        return commerce_error() if path == "/v1/events" else None

    commerce.before = before
    assert project.call("run").exit_code == 1
    found = ended(project)
    assert [found[name]["run_outcome"] for name in TABLES] == [
        "finished",
        "failed",
        "finished",
    ]
    assert found["events"]["error_message"] == (
        "commerce.events: /v1/events answers 418 (teapot)"
    )
    assert found["customers"]["error_message"] is None


def commerce_error() -> Any:
    return JSONResponse({"error": {"code": "teapot"}}, 418)


def test_tables_behind_a_refused_token_were_not_reached(
    project: Project, commerce: FakeSources, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("COMMERCE_API_TOKEN", "wrong-token")
    project.call("run")
    found = ended(project)
    outcomes = [found[name]["run_outcome"] for name in TABLES]
    assert outcomes == ["failed", "not_reached", "not_reached"]
    assert {row["error_message"] for row in found.values()} == {
        "commerce.customers: the server refuses the token (401):"
        " check COMMERCE_API_TOKEN"
    }


def test_a_source_that_cannot_be_opened(
    project: Project, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("SHOP_DATABASE_URL", "oracle://user:planted-password@host/d")
    project.call("run")
    found = ended(project, "shop")
    assert {row["run_outcome"] for row in found.values()} == {"not_reached"}
    assert "planted-password" not in str(found)
    assert "is not installed" in found["orders"]["error_message"]


def test_an_interrupted_run_says_so(
    project: Project, shop: ShopDatabase, monkeypatch: pytest.MonkeyPatch
) -> None:
    shop.insert("orders", (1, 1, "2025-01-01", "paid", "EGP", 1, "2025-01-01"))

    def add(self: Spool, rows: object) -> None:
        signal.raise_signal(signal.SIGINT)

    monkeypatch.setattr(Spool, "add", add)
    assert project.call("run", "--source", "shop").exit_code == 130
    found = ended(project, "shop")
    assert set(found) == set(started(project, "shop"))
    outcomes = {name: row["run_outcome"] for name, row in found.items()}
    stopped = [name for name, outcome in outcomes.items() if outcome == "interrupted"]
    assert len(stopped) == 1
    assert set(outcomes.values()) <= {"finished", "interrupted", "not_reached"}


def test_a_killed_run_has_a_start_and_no_end(
    project: Project, commerce: FakeSources
) -> None:
    commerce.events = [event(n, moment(n)) for n in range(100)]
    process = start(project, "after commit", 1)
    assert process.wait(timeout=60) == -signal.SIGKILL
    assert started(project) == TABLES
    assert ended(project) == {}
    [batch] = {row["batch_id"] for row in project.rows(RUNS)}
    assert batch in project.values("commerce/events", "_batch_id")
    project.run()
    assert set(ended(project)) == set(TABLES)
    assert batch not in {row["batch_id"] for row in ended(project).values()}


def test_a_lake_from_before_the_log_gets_it(
    project: Project, commerce: FakeSources
) -> None:
    project.run()
    shutil.rmtree(project.lake / RUNS)
    project.run()
    assert set(ended(project)) == set(TABLES)


def test_a_run_that_was_quicker_is_no_error(
    project: Project, commerce: FakeSources, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Another run notes its tables between two looks of this one."""
    original = LakeTable.append
    disturbed: list[bool] = []

    def append(self: LakeTable, *arguments: Any, **options: Any) -> None:
        if self.name == "ingestion.runs" and not disturbed:
            disturbed.append(True)
            project.run("--table", "events")
        original(self, *arguments, **options)

    monkeypatch.setattr(LakeTable, "append", append)
    project.run("--table", "customers")
    assert sorted(started(project)) == ["customers", "events"]
    assert set(ended(project)) == {"customers", "events"}


def test_a_commit_that_only_seemed_to_fail_is_noted_once(
    project: Project, commerce: FakeSources, monkeypatch: pytest.MonkeyPatch
) -> None:
    original = LakeTable.append

    def append(self: LakeTable, *arguments: Any, **options: Any) -> None:
        original(self, *arguments, **options)
        if self.name == "ingestion.runs":
            raise LakeError("the answer was lost")

    monkeypatch.setattr(LakeTable, "append", append)
    project.run("--table", "customers")
    keys = project.values(RUNS, "run_key")
    assert len(keys) == len(set(keys)) == 2


def test_a_lake_that_refuses_the_log_stops_the_source_only(
    project: Project,
    commerce: FakeSources,
    shop: ShopDatabase,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    original = RunLog._write

    def write(self: RunLog, entries: Any) -> None:
        if self._source.name == "commerce":
            raise LakeError("ingestion.runs: no")
        original(self, entries)

    monkeypatch.setattr(RunLog, "_write", write)
    result = project.call("run")
    assert (result.exit_code, result.stderr) == (1, "error: ingestion.runs: no\n")
    assert commerce.counts.total() == 0
    assert set(ended(project, "shop")) == set(started(project, "shop")) != set()
