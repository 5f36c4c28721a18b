"""Each line of the JSON log is an object that says what happened, to what, and when."""

from __future__ import annotations

import datetime as dt
import json
import signal
import subprocess
import sys
import warnings
from collections.abc import Iterator
from typing import Any

import pytest
from starlette.responses import Response

from ingestion.errors import ConnectionLostError
from ingestion.spool import Spool
from ingestion.sql import SqlReading
from ingestion.typed import RawBatch
from tests.python.ingestion.fake_sources import (
    FakeSources,
    ShopDatabase,
    customer,
    event,
    moment,
)
from tests.python.ingestion.ingestion_project import REPOSITORY, Project
from tests.python.ingestion.maintained_lake import CUSTOMERS, files, tables

Event = dict[str, Any]


def call(project: Project, code: int, *arguments: str) -> list[Event]:
    result = project.call(*arguments, "--log-format", "json")
    assert result.exit_code == code, result.output
    assert result.stdout == ""
    return [json.loads(line) for line in result.stderr.splitlines()]


def of(events: list[Event], name: str) -> list[Event]:
    return [one for one in events if one["event"] == name]


def test_a_run_from_start_to_end(project: Project, commerce: FakeSources) -> None:
    commerce.customers = [
        customer(1, moment(0), shoe_size=42),
        customer(2, moment(60)),
        customer(3, moment(30), birth_date="x"),
    ]
    events = call(project, 0, "run", "--table", "customers")
    names = [one["event"] for one in events]
    assert names[:4] == [
        "run_started",
        "source_started",
        "table_started",
        "table_ended",
    ]
    assert names[-2:] == ["source_skipped", "run_ended"]
    [batch] = {one["batch_id"] for one in events}
    assert set(project.values("commerce/customers", "_batch_id")) == {batch}
    for one in events:
        assert dt.datetime.fromisoformat(one["time"]).tzinfo is not None
        assert one["level"] == "info"
    [table] = of(events, "table_ended")
    expected = {
        "source": "commerce",
        "table": "customers",
        "outcome": "finished",
        "delivered": 3,
        "landed": 2,
        "rejected": 1,
        "cursor_before": None,
        "cursor_after": moment(60),
    }
    assert expected.items() <= table.items()
    assert table["bytes"] > 0
    assert table["seconds"] >= 0
    [remark] = of(events, "remark")
    assert "shoe_size" in remark["message"]
    [ended] = of(events, "run_ended")
    assert (ended["outcome"], ended["delivered"], ended["landed"]) == ("finished", 3, 2)
    again = call(project, 0, "run", "--source", "commerce", "--table", "customers")
    assert of(again, "table_ended")[0]["cursor_before"] == moment(60)


def test_requests_that_are_sent_again(project: Project, commerce: FakeSources) -> None:
    commerce.events = [event(1, moment(0))]
    commerce.before = lambda path, count: Response("", 503) if count < 3 else None
    events = call(project, 0, "run", "--source", "commerce", "--table", "events")
    retries = of(events, "retry")
    assert [one["attempt"] for one in retries] == [1, 2]
    for one in retries:
        assert (one["source"], one["table"]) == ("commerce", "events")
        assert (one["level"], one["cause"]) == ("warning", "status 503")
        assert one["wait_seconds"] == 0


def test_failures(
    project: Project, commerce: FakeSources, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("COMMERCE_API_TOKEN", "another")
    events = call(project, 1, "run", "--source", "commerce")
    said = "commerce.customers: the server refuses the token (401)"
    for name in ("table_ended", "source_ended"):
        [one] = of(events, name)
        assert (one["level"], one["outcome"]) == ("error", "failed")
        assert one["error"].startswith(said)
    assert of(events, "run_ended")[0]["outcome"] == "failed"


def test_mistakes_before_a_run(project: Project) -> None:
    [one] = call(project, 1, "run", "--table", "orderz")
    assert one["event"] == "error"
    assert one["message"].startswith("no table 'orderz'")
    [one] = call(project, 2, "run", "--nope")
    assert "--nope" in one["message"]
    project.edit("shop", "load_mode", "load_mod")
    problems = call(project, 1, "validate")
    assert {one["event"] for one in problems} == {"error"}
    assert all(one["file"].endswith(".yml") and one["line"] > 1 for one in problems)


def test_interruption(
    project: Project, shop: ShopDatabase, monkeypatch: pytest.MonkeyPatch
) -> None:
    def add(self: Spool, rows: object) -> None:
        signal.raise_signal(signal.SIGINT)

    shop.insert("customers", (1, "Aya", None, "2025-01-01"))
    monkeypatch.setattr(Spool, "add", add)
    events = call(project, 130, "run", "--source", "shop")
    assert [one["event"] for one in events[-2:]] == ["run_ended", "interrupted"]
    assert events[-2]["outcome"] == "interrupted"
    assert events[-2]["table"] == "customers"


def test_a_database_that_is_asked_again(
    project: Project, shop: ShopDatabase, monkeypatch: pytest.MonkeyPatch
) -> None:
    attempts = 0
    read = SqlReading.batches

    def breaking(self: SqlReading) -> Iterator[RawBatch]:
        nonlocal attempts
        attempts += 1
        if attempts <= 2:
            raise ConnectionLostError("shop.customers: the database says: gone")
        yield from read(self)

    shop.insert("customers", (1, "Aya", None, "2025-01-01"))
    monkeypatch.setattr("ingestion.load.PAUSES", (0.0, 0.125))
    monkeypatch.setattr(SqlReading, "batches", breaking)
    events = call(project, 0, "run", "--source", "shop", "--table", "customers")
    first, second = of(events, "retry")
    assert (first["attempt"], first["wait_seconds"]) == (1, 0.0)
    assert (second["attempt"], second["wait_seconds"]) == (2, 0.125)
    assert second["cause"] == "shop.customers: the database says: gone"
    assert second["table"] == "customers"


def test_what_nobody_expected(
    project: Project, shop: ShopDatabase, monkeypatch: pytest.MonkeyPatch
) -> None:
    def add(self: Spool, rows: object) -> None:
        with warnings.catch_warnings():
            warnings.simplefilter("always")
            warnings.warn("a library warns", stacklevel=1)
        raise ZeroDivisionError("a fault")

    shop.insert("customers", (1, "Aya", None, "2025-01-01"))
    monkeypatch.setattr(Spool, "add", add)
    events = call(project, 1, "run", "--source", "shop")
    [log] = of(events, "log")
    assert "a library warns" in log["message"]
    [fault] = of(events, "unexpected_error")
    assert (fault["error_type"], fault["message"]) == ("ZeroDivisionError", "a fault")
    assert fault["traceback"][-1].endswith(" add")


def test_interrupted_import(project: Project) -> None:
    (project.folder / "pydantic.py").write_text(
        "import signal\nsignal.raise_signal(signal.SIGINT)\n"
    )
    start = (
        "import runpy, signal;"
        " signal.signal(signal.SIGINT, signal.default_int_handler);"
        " runpy.run_module('ingestion', run_name='__main__', alter_sys=True)"
    )
    result = subprocess.run(
        [sys.executable, "-c", start],
        cwd=project.folder,
        env={
            "PYTHONPATH": f"{project.folder}:{REPOSITORY}",
            "PATH": "",
            "CDP_LOG_FORMAT": "json",
        },
        capture_output=True,
        text=True,
        check=False,
    )
    assert result.returncode == 130
    [line] = result.stderr.splitlines()
    assert json.loads(line)["event"] == "interrupted"


def test_status_stays_on_standard_output(
    project: Project, shop: ShopDatabase, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("CDP_LOG_FORMAT", "json")
    project.run("--source", "shop")
    result = project.call("status", "--json")
    assert len(json.loads(result.stdout)) > 1
    assert result.stderr == ""


def test_upkeep(lake: Project) -> None:
    before = files(lake, CUSTOMERS)
    result = lake.call("maintain", "--log-format", "json")
    assert result.exit_code == 0, result.output
    events = [json.loads(line) for line in result.stderr.splitlines()]
    assert {one["event"] for one in events} == {"table_maintained"}
    # Standard output has what was asked for, a line for each table.
    assert len(result.stdout.splitlines()) == len(events) == len(tables(lake))
    [customers] = [
        one for one in events if f"{one['source']}/{one['table']}" == CUSTOMERS
    ]
    assert (customers["files_before"], customers["files_after"]) == (before, 1)
    assert customers["is_merged"]
    assert not customers["is_dry_run"]
