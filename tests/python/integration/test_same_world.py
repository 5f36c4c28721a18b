"""One world in SQLite and in PostgreSQL: what is landed and staged is the same."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest
from deltalake import DeltaTable

from demo.noise import DEFAULT
from demo.shop import TABLES
from demo.world import generate
from tests.python.support.compare import differences, tables
from tests.python.support.platform import Platform, succeeded
from tests.python.support.postgres import Cluster

pytestmark = pytest.mark.integration

OWN = ("_first_loaded_at", "_loaded_at", "_batch_id", "_source_position")


@pytest.fixture(scope="module")
def platforms(
    running_cluster: Cluster, tmp_path_factory: pytest.TempPathFactory
) -> list[Platform]:
    """Two platforms, each with a world of its own, and a week of changes.

    Malformed rows are left out: PostgreSQL refuses them by itself.
    """
    noise = replace(DEFAULT, malformed=0)
    found = []
    for url in (None, running_cluster.create_database("shop")):
        folder = tmp_path_factory.mktemp("platform")
        world = generate("small", 23, folder / "world", noise, shop_url=url)
        platform = Platform(folder)
        platform.environment["SHOP_DATABASE_URL"] = world.shop_url
        platform.ingest("--source", "shop")
        words = ("python", "-m", "demo", "advance", "--days", "7", "--world")
        succeeded(platform.run(*words, folder / "world"))
        platform.ingest("--source", "shop")
        platform.build("--select", "path:models/staging/shop")
        found.append(platform)
    return found


@pytest.mark.parametrize("table", TABLES)
def test_raw_tables_are_equal(platforms: list[Platform], table: str) -> None:
    landed: list[list[Any]] = []
    for platform in platforms:
        rows = DeltaTable(platform.lake / "shop" / table).to_pyarrow_table().to_pylist()
        assert rows
        landed.append(
            sorted(
                tuple(str(value) for key, value in row.items() if key not in OWN)
                for row in rows
            )
        )
    assert landed[0] == landed[1]


def test_staging_is_equal(platforms: list[Platform]) -> None:
    databases = [platform.database for platform in platforms]
    names = tables(databases[0], ["staging"])
    assert {f"staging.stg_shop__{table}" for table in TABLES} <= names
    assert list(differences(*databases, names, without=OWN)) == []
