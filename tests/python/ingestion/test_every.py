"""`run --every`: no run is lost, doubled or overlapped, and it ends when asked to."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import threading
from collections.abc import Callable, Iterator
from typing import Any

import pytest

from ingestion.errors import IngestionError, LakeError
from ingestion.every import Every, seconds_of
from tests.python.ingestion.fake_sources import FakeSources, customer, moment
from tests.python.ingestion.ingestion_project import REPOSITORY, Project

CUSTOMERS = "commerce/customers"


class Clock:
    """Time passes while runs take it, and while they are waited for."""

    def __init__(self, *runs: float) -> None:
        self.now = 1000.0
        self.runs = list(runs)
        self.begun: list[float] = []
        self.said: list[str] = []
        self.errors: list[IngestionError] = []
        self.fails: dict[int, Exception] = {}

    def once(self) -> bool:
        if not self.runs:
            os.kill(os.getpid(), signal.SIGTERM)
        self.begun.append(self.now - 1000)
        self.now += self.runs.pop(0)
        error = self.fails.get(len(self.begun))
        if error is not None:
            raise error
        return len(self.begun) not in self.fails

    def sleep(self, seconds: float) -> None:
        assert seconds > 0
        self.now += seconds

    def every(self, seconds: int, **changes: Any) -> Every:
        parts: dict[str, Any] = {
            "once": self.once,
            "on_error": self.errors.append,
            "say": self.said.append,
            "clock": lambda: self.now,
            "sleep": self.sleep,
        }
        return Every(seconds, **{**parts, **changes})


@pytest.mark.parametrize(
    ("text", "seconds"), [("30s", 30), ("5m", 300), ("1h", 3600), (" 90m ", 5400)]
)
def test_interval(text: str, seconds: int) -> None:
    assert seconds_of(text) == seconds


@pytest.mark.parametrize(
    "text", ["", "5", "0s", "-5m", "5d", "1.5m", "5 m", "\u0665m", "m"]
)
def test_what_is_no_interval_is_said_in_one_line(project: Project, text: str) -> None:
    result = project.call("run", f"--every={text}")
    assert result.exit_code == 1
    [line] = result.stderr.splitlines()
    assert line.startswith(f"error: --every '{text}' is no interval: ")
    assert not project.lake.exists()


@pytest.mark.parametrize(
    "other", [["--full-refresh"], ["--dry-run"], ["--from", "2025-01-01"]]
)
def test_what_is_done_once_is_not_repeated(project: Project, other: list[str]) -> None:
    result = project.call("run", "--every", "5m", *other)
    assert result.exit_code == 1
    [line] = result.stderr.splitlines()
    assert line.startswith("error: --every lands what is new")


def test_runs_begin_at_the_interval_however_long_they_take() -> None:
    clock = Clock(1, 59, 30, 0)
    assert clock.every(60).run()
    assert clock.begun == [0, 60, 120, 180]
    assert clock.said[0] == "next run in 59 s"
    assert clock.said[-1] == "ended by SIGTERM"


def test_a_long_run_delays_the_next_one_and_none_piles_up() -> None:
    clock = Clock(10, 200, 10, 10)
    assert clock.every(60).run()
    assert clock.begun == [0, 60, 260, 320]
    assert "the run took 140 s too long, next run now" in clock.said


def test_it_goes_on_after_a_failed_run_and_keeps_that_in_mind() -> None:
    clock = Clock(1, 1, 1)
    clock.fails[2] = LakeError("x: lake not usable")
    assert not clock.every(60).run()
    assert clock.begun == [0, 60, 120]
    assert [str(error) for error in clock.errors] == ["x: lake not usable"]
    assert clock.said[-1] == "ended by SIGTERM; a run has failed"


def test_what_is_no_error_of_a_user_ends_it() -> None:
    clock = Clock(1, 1)
    clock.fails[1] = ZeroDivisionError()
    with pytest.raises(ZeroDivisionError):
        clock.every(60).run()


def test_ctrl_c_gets_through() -> None:
    def stop(seconds: float) -> None:
        raise KeyboardInterrupt

    clock = Clock(1)
    with pytest.raises(KeyboardInterrupt):
        clock.every(60, sleep=stop).run()
    assert signal.getsignal(signal.SIGTERM) is signal.SIG_DFL


def start(project: Project, *arguments: str) -> subprocess.Popen[str]:
    return subprocess.Popen(
        [sys.executable, "-m", "ingestion", "run", *arguments],
        cwd=project.folder,
        env={**os.environ, "PYTHONPATH": str(REPOSITORY)},
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )


@pytest.fixture
def started(
    project: Project, commerce: FakeSources
) -> Iterator[Callable[[str], subprocess.Popen[str]]]:
    commerce.customers = [customer(n, moment(n)) for n in range(5)]
    processes = []

    def begin(interval: str) -> subprocess.Popen[str]:
        words = ("--source", "commerce", "--table", "customers", "--every", interval)
        processes.append(start(project, *words))
        return processes[-1]

    yield begin
    for process in processes:
        process.kill()
        process.wait()


def wait_for(process: subprocess.Popen[str], text: str) -> None:
    assert process.stdout is not None
    for line in process.stdout:
        if text in line:
            return
    raise AssertionError(process.communicate())


@pytest.mark.parametrize(
    ("number", "code", "said"),
    [
        (signal.SIGTERM, 0, "ended by SIGTERM"),
        (signal.SIGINT, 130, "interrupted; run it again to go on"),
    ],
)
def test_it_ends_at_once_while_it_waits(
    started: Callable[[str], subprocess.Popen[str]],
    project: Project,
    number: int,
    code: int,
    said: str,
) -> None:
    process = started("1h")
    wait_for(process, "next run in")
    process.send_signal(number)
    out, err = process.communicate(timeout=20)
    assert process.returncode == code
    assert said in out + err
    assert "Traceback" not in err
    assert len(project.rows(CUSTOMERS)) == 5


def test_each_run_lands_what_has_come(
    started: Callable[[str], subprocess.Popen[str]],
    project: Project,
    commerce: FakeSources,
) -> None:
    process = started("1s")
    wait_for(process, "next run")
    commerce.customers.append(customer(7, moment(7)))
    wait_for(process, " 1 landed")
    wait_for(process, "next run")
    process.terminate()
    process.communicate(timeout=20)
    assert sorted(project.values(CUSTOMERS, "customer_id")) == list("012347")
    batches = {row["batch_id"] for row in project.rows("_ingestion/runs")}
    assert len(batches) >= 2


def test_sigterm_in_a_run_interrupts_it_and_nothing_is_lost(
    started: Callable[[str], subprocess.Popen[str]],
    project: Project,
    commerce: FakeSources,
) -> None:
    asked, go_on = threading.Event(), threading.Event()

    def hang(path: str, count: int) -> None:
        asked.set()
        go_on.wait(60)

    commerce.before = hang
    process = started("1h")
    try:
        assert asked.wait(30)
        process.terminate()
        _, err = process.communicate(timeout=30)
    finally:
        go_on.set()
    commerce.before = lambda path, count: None
    assert (process.returncode, err) == (0, "")
    outcomes = project.values("_ingestion/runs", "run_outcome")
    assert outcomes == ["started", "interrupted"]
    project.run("--source", "commerce", "--table", "customers")
    assert sorted(project.values(CUSTOMERS, "customer_id")) == list("01234")


def test_a_log_for_programs_says_what_happens_between_runs(
    started: Callable[[str], subprocess.Popen[str]],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setenv("CDP_LOG_FORMAT", "json")
    process = started("1h")
    assert process.stderr is not None
    events = []
    for line in process.stderr:
        events.append(json.loads(line))
        if "next run in" in events[-1].get("message", ""):
            break
    process.terminate()
    out, err = process.communicate(timeout=30)
    assert (process.returncode, out) == (0, "")
    events += map(json.loads, err.splitlines())
    assert [one["event"] for one in events][-3:] == ["run_ended", "remark", "remark"]
    assert events[-1]["message"] == "ended by SIGTERM"
