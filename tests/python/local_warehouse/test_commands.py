"""Python code in the background: its states, and its end by a cancellation."""

from __future__ import annotations

import threading
import time
from types import SimpleNamespace

import pytest

from local_warehouse.endpoint import cancelling
from local_warehouse.endpoint.commands import Command, Commands, Context

# Never reached where all is well.
SECONDS = 30


class FakeSpark:
    """As much of a session as commands use; it notes what is cancelled."""

    def __init__(self) -> None:
        self.cancelled: list[str] = []
        self.sparkContext = self
        self._jsc = SimpleNamespace(sc=lambda: self)

    def newSession(self) -> FakeSpark:  # noqa: N802
        return self

    def setJobGroup(  # noqa: N802
        self,
        _group: str,
        _text: str,
        _interrupt: bool,
    ) -> None:
        pass

    def cancelJobGroupAndFutureJobs(self, group: str) -> None:  # noqa: N802
        self.cancelled.append(group)


@pytest.fixture
def spark() -> FakeSpark:
    return FakeSpark()


@pytest.fixture
def commands(spark: FakeSpark) -> Commands:
    return Commands(spark)  # type: ignore[arg-type]


@pytest.fixture
def context(commands: Commands) -> Context:
    return commands.create_context()


class Interrupted(threading.Event):
    """Something else happens right after it was first asked."""

    def __init__(self, thread: threading.Thread) -> None:
        super().__init__()
        self.thread = thread

    def is_set(self) -> bool:
        answer = super().is_set()
        if not self.thread.ident:
            self.thread.start()
            self.thread.join(0.2)
        return answer


def test_cancelled_as_it_begins(commands: Commands, context: Context) -> None:
    command = Command("pass", context)
    thread = threading.Thread(target=commands.cancel, args=[command])
    command.ended = Interrupted(thread)
    commands._run(command)
    thread.join(SECONDS)
    assert command.ended.is_set()
    assert command.as_json()["status"] in ("Cancelled", "Finished")


def test_cancelled_before_it_begins(commands: Commands, context: Context) -> None:
    command = Command("done.append(1)", context)
    context.variables["done"] = []
    commands.cancel(command)
    commands._run(command)
    assert command.as_json() == {"id": command.id, "status": "Cancelled"}
    assert not context.variables["done"]
    assert command.left.is_set()


def test_cancelled_until_it_has_left(
    commands: Commands,
    context: Context,
    spark: FakeSpark,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """Spark does not keep every kind of later job from starting."""
    monkeypatch.setattr(cancelling, "AGAIN_SECONDS", 0.01)
    release = context.variables["release"] = threading.Event()
    command = commands.execute(context, f"release.wait({SECONDS})")
    commands.cancel(command)
    assert command.as_json()["status"] == "Cancelled"
    deadline = time.monotonic() + SECONDS
    while len(spark.cancelled) < 3:
        assert time.monotonic() < deadline
        time.sleep(0.01)
    assert set(spark.cancelled) == {command.id}
    release.set()
    assert command.left.wait(SECONDS)


def test_shutting_down_waits_for_no_code(
    commands: Commands, context: Context, spark: FakeSpark
) -> None:
    release = context.variables["release"] = threading.Event()
    command = commands.execute(context, f"release.wait({SECONDS})")
    commands.shut_down()
    # Spark is about to stop: nobody is to ask it any more.
    assert command.left.is_set()
    assert spark.cancelled == [command.id]
    release.set()


def test_cancelling_what_has_ended_changes_nothing(
    commands: Commands, context: Context, spark: FakeSpark
) -> None:
    command = commands.execute(context, "pass")
    assert command.ended.wait(SECONDS)
    commands.cancel(command)
    assert command.as_json()["status"] == "Finished"
    assert not spark.cancelled
