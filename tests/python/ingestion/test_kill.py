"""Killed at any moment, then run again: as if nothing had happened."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

import pytest

from tests.python.ingestion.fake_sources import (
    FakeSources,
    ShopDatabase,
    customer,
    event,
    moment,
)
from tests.python.ingestion.ingestion_project import REPOSITORY, Project

TABLES = {
    "commerce/customers": "customer_id",
    "commerce/events": "event_id",
    "crm/contacts": "id",
    "shop/orders": "order_id",
}
# Runs the command with small commits, and stops dead at the n-th passage of a place.
DRIVER = """
import os, signal, sys
import ingestion.load, ingestion.lake, ingestion.loads, ingestion.spool
import ingestion.rejected, ingestion.console
ingestion.load.COMMIT_ROWS = 40
place, count = sys.argv[1], int(sys.argv[2])
owner, name = {
    "spool": (ingestion.spool.Spool, "add"),
    "before commit": (ingestion.lake.LakeTable, "append"),
    "after commit": (ingestion.load.Spool, "clear"),
    "rejected": (ingestion.rejected.RejectedLog, "flush"),
    "log": (ingestion.loads.LoadLog, "_append"),
    "logged": (ingestion.console.ConsoleListener, "closes"),
    "write": (ingestion.lake, "stop_while_writing"),
}[place]
passages = 0
def passing():
    global passages
    passages += 1
    if passages == count:
        os.kill(os.getpid(), signal.SIGKILL)
if place == "write":
    stamped = ingestion.load.stamped
    def killing(*arguments):
        for rows in stamped(*arguments):
            passing()
            yield rows
    ingestion.load.stamped = killing
else:
    original = getattr(owner, name)
    def killing(*arguments, **options):
        passing()
        return original(*arguments, **options)
    setattr(owner, name, killing)
from ingestion.cli import app
app(["run"])
"""


@pytest.fixture
def world(
    project: Project, commerce: FakeSources, crm: FakeSources, shop: ShopDatabase
) -> Project:
    commerce.largest_page = 25
    commerce.customers = [customer(n, moment(n)) for n in range(60)]
    commerce.customers += [customer(n, moment(n), birth_date="?") for n in (91, 92)]
    commerce.events = [event(n, moment(n // 3)) for n in range(150)]
    commerce.events.append(event(999, None))  # no filter on receipt finds it
    crm.objects["contacts"] = [
        {"id": str(n), "properties": {"lastmodifieddate": moment(n)}} for n in range(60)
    ]
    shop.insert(
        "orders",
        *(
            (n, n, "2025-01-01", "paid", "EGP", n, f"2025-01-01 00:{n % 60:02d}:00")
            for n in range(120)
        ),
    )
    return project


def contents(project: Project) -> dict[str, Any]:
    """Return every landed version, without what differs from run to run."""
    found = {}
    for name in (*TABLES, "commerce/_rejected"):
        own = ("_loaded_at", "_batch_id", "_source_position")
        rows = [
            tuple(str(value) for key, value in row.items() if key not in own)
            for row in project.rows(name)
        ]
        found[name] = sorted(rows)
    return found


def start(project: Project, place: str, count: int) -> subprocess.Popen[bytes]:
    return subprocess.Popen(
        [sys.executable, "-c", DRIVER, place, str(count)],
        cwd=project.folder,
        env={**os.environ, "PYTHONPATH": str(REPOSITORY)},
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )


@pytest.mark.parametrize(
    ("place", "count"),
    [
        ("spool", 1),
        ("spool", 9),
        ("rejected", 1),
        ("before commit", 1),
        ("write", 6),
        ("after commit", 2),
        ("after commit", 4),
    ],
)
def test_killed_at_a_chosen_place(
    world: Project, monkeypatch: pytest.MonkeyPatch, place: str, count: int
) -> None:
    process = start(world, place, count)
    assert process.wait(timeout=60) == -signal.SIGKILL
    world.run()
    assert contents(world) == undisturbed(world, monkeypatch)
    for name, key in TABLES.items():
        keys = world.values(name, key)
        assert len(keys) == len(set(keys))


def test_killed_at_moments_nobody_chose(
    world: Project, commerce: FakeSources, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Kills in a row, each while some request is being answered."""
    requests = commerce.requests
    for kill_after in (2, 5, 12):
        process = start(world, "spool", 10_000)
        before = len(requests)
        while process.poll() is None and len(requests) < before + kill_after:
            time.sleep(0.002)
        process.kill()
        process.wait()
    world.run()
    assert contents(world) == undisturbed(world, monkeypatch)


_undisturbed: dict[str, Any] = {}


def undisturbed(world: Project, monkeypatch: pytest.MonkeyPatch) -> dict[str, Any]:
    """Return what one run into a lake of its own lands, the same for all tests."""
    if not _undisturbed:
        disturbed = world.lake
        world.lake = Path(f"{disturbed}-undisturbed")
        monkeypatch.setenv("CDP_LAKE", str(world.lake))
        world.run()
        _undisturbed.update(contents(world))
        world.lake = disturbed
    return _undisturbed
