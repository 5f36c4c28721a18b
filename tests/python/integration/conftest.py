from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.python.ingestion.conftest import VARIABLES
from tests.python.ingestion.ingestion_project import Project
from tests.python.support import azurite as azurite_server
from tests.python.support import postgres
from tests.python.support.azurite import Azurite
from tests.python.support.postgres import Cluster


@pytest.fixture(scope="session")
def running_cluster() -> Iterator[Cluster]:
    with postgres.running() as cluster:
        yield cluster


@pytest.fixture
def cluster(running_cluster: Cluster) -> Cluster:
    """The one cluster of all tests, running whatever a test before did to it."""
    running_cluster.stop()
    running_cluster.start()
    return running_cluster


@pytest.fixture(scope="session")
def azurite() -> Iterator[Azurite]:
    with azurite_server.running() as service:
        yield service


@pytest.fixture
def project(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Project:
    for name in VARIABLES:
        monkeypatch.delenv(name, raising=False)
    made = Project(tmp_path)
    monkeypatch.setenv("CDP_LAKE", str(made.lake))
    return made
