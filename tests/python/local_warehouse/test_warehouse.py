"""All parts of a warehouse start in order, and all of them end; Spark is a fake."""

from __future__ import annotations

import sqlite3
from pathlib import Path
from typing import Any

import pytest

from local_warehouse import warehouse as module
from local_warehouse.errors import WarehouseError
from local_warehouse.warehouse import Warehouse

pytestmark = pytest.mark.warehouse
Py4JNetworkError = pytest.importorskip("py4j.protocol").Py4JNetworkError


class FakeSpark:
    """A session that nobody asks anything; stopping it may fail."""

    def __init__(self, stopping: Exception | None = None) -> None:
        self.stopping = stopping
        self.is_stopped = False

    def stop(self) -> None:
        self.is_stopped = True
        if self.stopping:
            raise self.stopping


@pytest.fixture
def spark(monkeypatch: pytest.MonkeyPatch) -> FakeSpark:
    fake = FakeSpark()
    monkeypatch.setattr(module, "start_spark", lambda *_, **__: fake)
    monkeypatch.setattr(module, "stop_spark", FakeSpark.stop)
    return fake


def start(data: Path) -> Warehouse:
    return Warehouse.start(data, cores=1, memory="1g")


def assert_closed(warehouse: Warehouse) -> None:
    with pytest.raises(sqlite3.ProgrammingError, match="closed"):
        warehouse.recorded._connection.execute("select 1")
    assert warehouse.log._stream.closed


def test_stop_ends_all(tmp_path: Path, spark: FakeSpark) -> None:
    warehouse = start(tmp_path)
    warehouse.stop()
    assert spark.is_stopped
    assert_closed(warehouse)


@pytest.mark.parametrize(
    "stopping", [Py4JNetworkError("Answer is empty"), BrokenPipeError()]
)
def test_java_has_ended_before(
    tmp_path: Path, spark: FakeSpark, stopping: Exception
) -> None:
    spark.stopping = stopping
    warehouse = start(tmp_path)
    with pytest.raises(WarehouseError) as caught:
        warehouse.stop()
    assert str(caught.value) == (
        "Spark's Java process ended before the server: start again; what it said last"
        f" is in {tmp_path / 'spark.log'}."
    )
    assert_closed(warehouse)


def test_one_step_fails(
    tmp_path: Path, spark: FakeSpark, monkeypatch: pytest.MonkeyPatch
) -> None:
    warehouse = start(tmp_path)
    monkeypatch.setattr(warehouse.operations, "_operations", None)
    with pytest.raises(AttributeError):
        warehouse.stop()
    assert spark.is_stopped
    assert_closed(warehouse)


@pytest.mark.parametrize("name", ["statements.jsonl", "recorded.sqlite"])
def test_spark_does_not_start_where_a_file_is_broken(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, name: str
) -> None:
    started: list[bool] = []
    monkeypatch.setattr(module, "start_spark", lambda *_, **__: started.append(True))
    (tmp_path / name).mkdir()
    with pytest.raises(WarehouseError, match=name):
        start(tmp_path)
    assert not started


def test_log_of_java_cannot_be_written(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    logs = []

    def fail(*_: Any, **__: Any) -> None:
        raise IsADirectoryError(21, "Is a directory")

    opened = module.StatementLog
    monkeypatch.setattr(
        module, "StatementLog", lambda file: logs.append(opened(file)) or logs[-1]
    )
    monkeypatch.setattr(module, "start_spark", fail)
    with pytest.raises(WarehouseError, match=r"spark\.log cannot be used \(Is a dir"):
        start(tmp_path)
    # Nothing is left open.
    assert logs[0]._stream.closed
