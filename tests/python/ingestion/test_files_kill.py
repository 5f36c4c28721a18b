"""Killed at any moment among many files, then run again: as if nothing had happened."""

from __future__ import annotations

import json
import os
import random
import signal
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from tests.python.ingestion.files_project import Drop, order
from tests.python.ingestion.ingestion_project import REPOSITORY, Project

FILES = 10
# Stops dead at the n-th passage of any place where something is written or read.
DRIVER = """
import os, signal, sys
import ingestion.load, ingestion.lake, ingestion.spool, ingestion.rejected
import ingestion.loads, ingestion.file_ledger, ingestion.file_store
ingestion.load.COMMIT_ROWS = 30
limit, log = int(sys.argv[1]), sys.argv[2]
passages = 0
def passing():
    global passages
    passages += 1
    if passages == limit:
        os.kill(os.getpid(), signal.SIGKILL)
def watch(owner, name):
    original = getattr(owner, name)
    def watched(*arguments, **options):
        passing()
        result = original(*arguments, **options)
        passing()
        return result
    setattr(owner, name, watched)
for owner, name in [
    (ingestion.lake.LakeTable, "append"),
    (ingestion.rejected.RejectedLog, "flush"),
    (ingestion.file_ledger.FileLedger, "complete"),
    (ingestion.file_store.FileStore, "copy"),
    (ingestion.loads.LoadLog, "complete"),
    (ingestion.spool.Spool, "add"),
]:
    watch(owner, name)
from ingestion.cli import app
try:
    app(["run", "--source", "exports"])
finally:
    open(log, "w").write(str(passages))
"""


@pytest.fixture(params=["with a cursor", "without"])
def drop(
    request: pytest.FixtureRequest, project: Project, monkeypatch: pytest.MonkeyPatch
) -> Drop:
    """Every file brings an order that goes back and forth, and one broken line."""
    made = Drop(project)
    monkeypatch.setenv("EXPORTS_PATH", str(made.folder))
    has_cursor = request.param == "with a cursor"
    made.table(
        file_glob="orders/*.jsonl",
        format="jsonl",
        **({} if has_cursor else {"incremental": None}),
    )
    for number in range(FILES):
        minute = number if has_cursor else 0
        rows = [order(number * 100 + n, minute) for n in range(6)]
        rows.append(order(7, minute, city=("Cairo", "Giza")[number % 2]))
        rows.append(order(number * 100 + 99, minute, amount="broken"))
        text = "".join(json.dumps(row) + "\n" for row in rows)
        # What brings nothing new must not come back later either.
        made.write(f"orders/{number:02d}.jsonl", text)
        made.write(f"orders/{number:02d} again.jsonl", text)
    return made


def contents(drop: Drop) -> dict[str, Any]:
    """Return all rows, in order, without what differs from run to run."""
    own = ("_loaded_at", "_batch_id", "_source_position")
    return {
        name: [
            tuple(str(value) for key, value in row.items() if key not in own)
            for row in drop.project.rows(f"exports/{name}")
        ]
        for name in ("orders", "_rejected", "_files")
    }


def start(drop: Drop, limit: int) -> int:
    """Run up to the given passage; return how many there were, 0 where it is killed."""
    log = drop.project.folder / "passages"
    process = subprocess.run(
        [sys.executable, "-c", DRIVER, str(limit), str(log)],
        cwd=drop.project.folder,
        env={**os.environ, "PYTHONPATH": str(REPOSITORY)},
        capture_output=True,
        timeout=120,
        check=False,
    )
    if process.returncode == -signal.SIGKILL:
        return 0
    assert process.returncode == 0, process.stderr.decode()
    return int(log.read_text())


def into(drop: Drop, lake: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    drop.project.lake = lake
    monkeypatch.setenv("CDP_LAKE", str(lake))


@pytest.mark.parametrize("kills", [2, pytest.param(12, marks=pytest.mark.slow)])
def test_killed_run_is_made_good(
    drop: Drop, monkeypatch: pytest.MonkeyPatch, kills: int
) -> None:
    lake = drop.project.lake
    into(drop, Path(f"{lake}-undisturbed"), monkeypatch)
    passages = start(drop, 0)
    wanted = contents(drop)
    assert len(wanted["orders"]) == FILES * 7
    assert len(wanted["_files"]) == 2 * FILES
    moments = random.Random(8).sample(range(1, passages), kills)
    for moment in moments:
        into(drop, Path(f"{lake}-{moment}"), monkeypatch)
        assert start(drop, moment) == 0
        start(drop, moment // 2)
        start(drop, 0)
        assert contents(drop) == wanted, moment
