from __future__ import annotations

import shutil
from collections.abc import Callable, Iterator
from pathlib import Path
from types import SimpleNamespace

import pytest

from demo.advance import advance
from demo.serving import serving
from demo.world import World, generate
from ingestion.http import Patience
from tests.python.faults.laboratory import (
    ORDERS,
    Bench,
    Laboratory,
    Subject,
    set_variables,
)
from tests.python.faults.proxy import Proxy

PEOPLE = 400
DAYS = 7
SMALL_PAGE = 12
# So that a stream is cut into several commits.
COMMIT_ROWS = {"customers": 90, "events": 1_500, "orders": 5_000}


@pytest.fixture(scope="session")
def bench(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Bench]:
    """Two states of a world, one a week later than the other, behind a proxy."""
    folder = tmp_path_factory.mktemp("faults")
    world = generate(PEOPLE, seed=5, folder=folder / "world")
    shutil.copytree(world.folder, folder / "later")
    later = World(folder / "later")
    advance(later, DAYS)
    with (
        serving(world, throttle_every=0) as server,
        serving(later, throttle_every=0) as other,
        Proxy().running() as proxy,
    ):
        yield Bench(folder, world, [server.port, other.port], proxy)


@pytest.fixture
def make_laboratory(
    bench: Bench, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> Callable[[Subject], Laboratory]:
    """Return what prepares the platform for the table of one case."""

    def make(subject: Subject) -> Laboratory:
        laboratory = Laboratory(tmp_path, subject)
        set_variables(monkeypatch, laboratory, bench.proxy, bench.world)
        rows = COMMIT_ROWS.get(subject.table, 200_000)
        monkeypatch.setattr("ingestion.load.COMMIT_ROWS", rows)
        if subject is ORDERS:
            bench.driver.install(monkeypatch)
        return laboratory

    return make


@pytest.fixture(autouse=True)
def quick(bench: Bench, monkeypatch: pytest.MonkeyPatch) -> None:
    """Wait for nobody, and note for how long it would have been."""
    be_patient(monkeypatch, seconds=10.0)
    monkeypatch.setattr("tenacity.nap.time", SimpleNamespace(sleep=bench.pause))
    monkeypatch.setattr("ingestion.hubspot.LIST_LIMIT", SMALL_PAGE)
    monkeypatch.setattr("ingestion.hubspot.SEARCH_LIMIT", SMALL_PAGE)
    monkeypatch.setattr("ingestion.paginators.IDLE_PAGES", 30)


def be_patient(monkeypatch: pytest.MonkeyPatch, *, seconds: float) -> None:
    """Let an attempt take so many seconds, and pauses grow without chance."""
    patience = Patience(wait=0.5, jitter=0.0, timeout=seconds, deadline=seconds)
    monkeypatch.setattr("ingestion.http.Patience", lambda: patience)
