from __future__ import annotations

import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest

from ingestion.http import Patience
from tests.python.ingestion.fake_sources import (
    TOKEN,
    FakeSources,
    ShopDatabase,
    serving,
)
from tests.python.ingestion.ingestion_project import Project
from tests.python.ingestion.maintained_lake import RUNS, arrive

VARIABLES = (
    "COMMERCE_API_URL",
    "COMMERCE_API_TOKEN",
    "CRM_API_URL",
    "CRM_API_TOKEN",
    "SHOP_DATABASE_URL",
    "CDP_HASH_KEY",
    "CDP_LAKE",
)


@pytest.fixture
def project(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Project:
    for name in VARIABLES:
        monkeypatch.delenv(name, raising=False)
    made = Project(tmp_path)
    monkeypatch.setenv("CDP_LAKE", str(made.lake))
    return made


@pytest.fixture(scope="module")
def server() -> Iterator[FakeSources]:
    with serving(FakeSources()) as sources:
        yield sources


@pytest.fixture
def sources(server: FakeSources) -> FakeSources:
    """Fresh sources behind the running server."""
    url = server.url
    server.__dict__.clear()
    server.__init__()  # type: ignore[misc]
    server.url = url
    return server


@pytest.fixture
def commerce(
    project: Project, sources: FakeSources, monkeypatch: pytest.MonkeyPatch
) -> FakeSources:
    monkeypatch.setenv("COMMERCE_API_URL", sources.url)
    monkeypatch.setenv("COMMERCE_API_TOKEN", TOKEN)
    return sources


@pytest.fixture
def crm(
    project: Project, sources: FakeSources, monkeypatch: pytest.MonkeyPatch
) -> FakeSources:
    monkeypatch.setenv("CRM_API_URL", sources.url)
    monkeypatch.setenv("CRM_API_TOKEN", TOKEN)
    return sources


@pytest.fixture
def shop(project: Project, monkeypatch: pytest.MonkeyPatch) -> ShopDatabase:
    database = ShopDatabase(project.folder / "shop.db")
    monkeypatch.setenv("SHOP_DATABASE_URL", database.url)
    return database


@pytest.fixture(autouse=True)
def impatient(monkeypatch: pytest.MonkeyPatch) -> None:
    """Retry at once."""
    quick = Patience(wait=0.0, longest=0.0, jitter=0.0, timeout=5.0)
    monkeypatch.setattr("ingestion.http.Patience", lambda: quick)


@pytest.fixture
def lake(
    project: Project,
    commerce: FakeSources,
    shop: ShopDatabase,
    tmp_path_factory: pytest.TempPathFactory,
) -> Project:
    """Several runs, with all that a row can have; they are made once, and copied."""
    made = tmp_path_factory.getbasetemp() / "maintained-lake"
    for number in range(RUNS):
        arrive(commerce, shop, number)
        if not made.exists():
            project.run()
    if made.exists():
        shutil.copytree(made, project.lake)
    else:
        shutil.copytree(project.lake, made)
    return project
