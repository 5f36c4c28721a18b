"""Statements in the background: their states, whoever ends them and whenever."""

from __future__ import annotations

import json
import threading
import time
from collections.abc import Iterator
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pyarrow as pa
import pytest

from local_warehouse.endpoint import cancelling
from local_warehouse.endpoint.operations import WORKERS, Operation, Operations, State
from local_warehouse.endpoint.results import Wanted
from local_warehouse.endpoint.statement_log import StatementLog

ROWS = pa.table({"n": [1, 2, 3]})
# Never reached where all is well.
SECONDS = 30


class FakeSpark:
    """As much of a session as operations use; a cancellation ends its waiting jobs."""

    def __init__(self) -> None:
        self.groups: list[str] = []
        self.cancelled: list[str] = []
        self.jobs: dict[str, threading.Event] = {}
        self.sparkContext = self
        self._jsc = SimpleNamespace(sc=lambda: self)

    def setJobGroup(  # noqa: N802
        self,
        group: str,
        _text: str,
        interruptOnCancel: bool,  # noqa: N803
    ) -> None:
        assert interruptOnCancel
        self.groups.append(group)

    def cancelJobGroupAndFutureJobs(self, group: str) -> None:  # noqa: N802
        self.cancelled.append(group)
        self.jobs.setdefault(group, threading.Event()).set()

    def run_job(self, operation: Operation) -> None:
        """Run until cancelled."""
        group = operation.job_group
        assert self.jobs.setdefault(group, threading.Event()).wait(SECONDS)
        raise RuntimeError("[SPARK_JOB_CANCELLED] Job 1 cancelled")


class Server:
    """Operations on a fake Spark, and the log that they write."""

    def __init__(self, folder: Path) -> None:
        self.file = folder / "statements.jsonl"
        self.log = StatementLog(self.file)
        self.operations = Operations(self.log)
        self.spark = FakeSpark()

    def operation(self, statement: str = "select 1", session: str = "a") -> Operation:
        return Operation(session, statement, self.spark, Wanted())  # type: ignore[arg-type]

    def logged(self) -> list[dict[str, Any]]:
        return [json.loads(line) for line in self.file.read_text().splitlines()]


@pytest.fixture
def server(tmp_path: Path) -> Iterator[Server]:
    server = Server(tmp_path)
    yield server
    server.operations.shut_down()
    server.operations._workers.shutdown(wait=True)
    server.log.close()


def test_finished(server: Server) -> None:
    operation = server.operation("select * from t -- é")
    server.operations.start(operation, lambda: ROWS)
    assert operation.ended.wait(SECONDS)
    assert operation.state is State.FINISHED
    assert operation.pages is not None
    assert operation.pages.table == ROWS
    assert server.operations.find(operation.id) is operation
    [line] = server.logged()
    assert (line["session"], line["statement"]) == ("a", "select * from t -- é")
    assert (line["state"], line["message"]) == ("finished", "")
    assert line["seconds"] >= 0
    assert server.spark.groups == [operation.job_group]


def test_failing_work(server: Server) -> None:
    def work() -> pa.Table:
        raise ValueError("[SOME_CLASS] no")

    operation = server.operation()
    server.operations.start(operation, work)
    assert operation.ended.wait(SECONDS)
    assert operation.state is State.FAILED
    assert operation.pages is None
    assert operation.error is not None
    assert operation.error.message == "[SOME_CLASS] no"
    [line] = server.logged()
    assert (line["state"], line["message"]) == ("failed", "[SOME_CLASS] no")


def test_cancelled_before_it_starts(server: Server) -> None:
    release = threading.Event()

    def wait() -> pa.Table:
        assert release.wait(SECONDS)
        return ROWS

    busy = [server.operation("busy") for _ in range(WORKERS)]
    for operation in busy:
        server.operations.start(operation, wait)
    late = server.operation("late")
    done = []
    server.operations.start(late, lambda: done.append(1) or ROWS)
    assert late.state is State.PENDING
    server.operations.cancel(late)
    # The client need not wait for a worker to be free.
    assert late.ended.is_set()
    assert late.state is State.CANCELLED
    release.set()
    for operation in busy:
        assert operation.ended.wait(SECONDS)
    server.operations._workers.shutdown(wait=True)
    assert not done
    states = {line["statement"]: line["state"] for line in server.logged()}
    assert states == {"busy": "finished", "late": "cancelled"}


def started(server: Server) -> Operation:
    """Return an operation whose job is running."""
    operation = server.operation("heavy")
    running = threading.Event()

    def work() -> pa.Table:
        running.set()
        server.spark.run_job(operation)
        return ROWS

    server.operations.start(operation, work)
    assert running.wait(SECONDS)
    assert operation.state is State.RUNNING
    return operation


def assert_cancelled(server: Server, operation: Operation) -> None:
    assert set(server.spark.cancelled) == {operation.job_group}
    assert operation.state is State.CANCELLED
    assert operation.ended.is_set()
    assert operation.error is not None
    assert operation.error.message.startswith("[OPERATION_CANCELED]")
    assert operation.error.sql_state == "HY008"
    server.operations._workers.shutdown(wait=True)
    assert operation.state is State.CANCELLED
    assert operation.pages is None
    [line] = server.logged()
    assert line["state"] == "cancelled"
    # Not what Spark says of its jobs.
    assert line["message"] == operation.error.message


def test_cancelled_while_it_runs(server: Server) -> None:
    operation = started(server)
    server.operations.cancel(operation)
    assert server.operations.find(operation.id) is operation
    assert_cancelled(server, operation)


def test_closed_while_it_runs(server: Server) -> None:
    operation = started(server)
    server.operations.close(operation)
    assert server.operations.find(operation.id) is None
    assert_cancelled(server, operation)


def test_cancelled_when_work_does_not_notice(server: Server) -> None:
    going_on = threading.Event()

    def work() -> pa.Table:
        assert going_on.wait(SECONDS)
        return ROWS

    operation = server.operation()
    server.operations.start(operation, work)
    server.operations.cancel(operation)
    assert operation.ended.is_set()
    going_on.set()
    server.operations._workers.shutdown(wait=True)
    assert operation.state is State.CANCELLED


def test_cancels_again_while_spark_goes_on(
    server: Server, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(cancelling, "AGAIN_SECONDS", 0.01)
    second_job, stopped = threading.Event(), threading.Event()

    def work() -> pa.Table:
        assert second_job.wait(SECONDS)
        # As a job that started although its group had been cancelled.
        server.spark.jobs.clear()
        with pytest.raises(RuntimeError, match="cancelled"):
            server.spark.run_job(operation)
        stopped.set()
        return ROWS

    operation = server.operation()
    server.operations.start(operation, work)
    server.operations.cancel(operation)
    second_job.set()
    server.operations._workers.shutdown(wait=True)
    assert stopped.is_set()
    assert operation.left.is_set()
    # Nobody cancels what has come to its end.
    time.sleep(0.1)
    before = len(server.spark.cancelled)
    time.sleep(0.1)
    assert len(server.spark.cancelled) == before


def test_stops_although_java_has_died(server: Server) -> None:
    operation = started(server)
    server.spark._jsc = None
    server.operations.shut_down()
    assert operation.state is State.CANCELLED
    server.spark.jobs.setdefault(operation.job_group, threading.Event()).set()


def test_cancelling_what_has_ended_changes_nothing(server: Server) -> None:
    operation = server.operation()
    server.operations.start(operation, lambda: ROWS)
    assert operation.ended.wait(SECONDS)
    server.operations.cancel(operation)
    assert operation.state is State.FINISHED
    assert operation.error is None
    assert not server.spark.cancelled


def test_closing_a_session_leaves_others_alone(server: Server) -> None:
    mine, other = server.operation(session="a"), server.operation(session="b")
    for operation in (mine, other):
        server.operations.start(operation, lambda: ROWS)
        assert operation.ended.wait(SECONDS)
    server.operations.close_session("a")
    assert server.operations.find(mine.id) is None
    assert server.operations.find(other.id) is other


def test_shutting_down_cancels_what_runs(server: Server) -> None:
    operation = started(server)
    server.operations.shut_down()
    assert_cancelled(server, operation)


def test_log_is_for_its_owner_only_and_goes_on(tmp_path: Path) -> None:
    for _ in range(2):
        log = StatementLog(tmp_path / "log")
        log.write("a", "select\n1", "finished", 0.1, "")
        log.close()
        log.write("a", "too late", "cancelled", 0.1, "")
    assert (tmp_path / "log").stat().st_mode & 0o777 == 0o600
    lines = (tmp_path / "log").read_text().splitlines()
    assert [json.loads(line)["statement"] for line in lines] == ["select\n1"] * 2
