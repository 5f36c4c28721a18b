"""The lake on Azure's blob storage: the same code, another URL.

Azurite stands in for Azure. Its accounts have no hierarchical namespace, and need none:
the library that writes Delta speaks the blob interface to ADLS Gen2, too.
"""

from __future__ import annotations

import subprocess
import sys
from collections import Counter
from pathlib import Path
from typing import Any

import pytest
from deltalake import DeltaTable

from tests.python.ingestion.fake_sources import ShopDatabase
from tests.python.ingestion.ingestion_project import REPOSITORY, Project
from tests.python.support.azurite import ACCOUNT, KEY, Azurite
from tests.python.support.platform import Platform

pytestmark = pytest.mark.integration

ROWS = 3_000


@pytest.fixture(
    params=[
        "abfss://{container}@" + ACCOUNT + ".dfs.core.windows.net/a/lake",
        "az://{container}/a/lake",
    ],
    ids=["abfss", "az"],
)
def lake(
    azurite: Azurite,
    request: pytest.FixtureRequest,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> str:
    """The URL of an empty lake, with the variables that give access to it."""
    container = f"lake{abs(hash(tmp_path))}"
    azurite.create_container(container)
    for name, value in azurite.environment.items():
        monkeypatch.setenv(name, value)
    return str(request.param.format(container=container))


@pytest.fixture
def shop(project: Project, lake: str, monkeypatch: pytest.MonkeyPatch) -> ShopDatabase:
    monkeypatch.setenv("CDP_LAKE", lake)
    database = ShopDatabase(project.folder / "shop.db")
    monkeypatch.setenv("SHOP_DATABASE_URL", database.url)
    database.insert(
        "orders",
        *(
            (n, n, "2025-01-01", "paid", "EGP", n, f"2025-01-01 00:00:{n % 60:02d}")
            for n in range(ROWS)
        ),
    )
    database.insert("products", (1, "Box", 1.5, "2025-01-01"))
    return database


def rows(lake: str, name: str) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = (
        DeltaTable(f"{lake}/{name}").to_pyarrow_dataset().to_table().to_pylist()
    )
    return found


def test_lands_and_reads_back(project: Project, lake: str, shop: ShopDatabase) -> None:
    project.run("--source", "shop")
    shop.insert(
        "orders",
        (5, 5, "2025-01-01", "sent", "EGP", 5, "2025-01-02"),
        (6, None, "2025-01-01", "sent", "EGP", 5, "2025-01-02"),
    )
    project.run("--source", "shop")
    landed = Counter(row["order_id"] for row in rows(lake, "shop/orders"))
    assert len(landed) == ROWS
    assert {key for key, count in landed.items() if count > 1} == {"5"}
    assert [row["reason"] for row in rows(lake, "shop/_rejected")] == [
        "customer_id is missing"
    ]
    assert [row["name"] for row in rows(lake, "shop/products")] == ["Box"]
    status = project.call("status")
    assert status.exit_code == 0
    assert f"{ROWS + 1:,}" in status.output


def test_two_runs_at_once_lose_and_double_nothing(
    project: Project, lake: str, shop: ShopDatabase
) -> None:
    """Each ends well, or with one line that says what to do."""
    words = ["-m", "ingestion", "run", "--source", "shop"]
    words += ["--project-dir", str(project.folder)]
    runs = [
        subprocess.Popen(
            [sys.executable, *words],
            cwd=REPOSITORY,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
        )
        for _ in range(2)
    ]
    outputs = [run.communicate()[0] for run in runs]
    assert 0 in [run.returncode for run in runs]
    for run, output in zip(runs, outputs, strict=True):
        assert "Traceback" not in output
        assert KEY not in output
        assert run.returncode == 0 or "run it again" in " ".join(output.split())
    project.run("--source", "shop")
    landed = Counter(row["order_id"] for row in rows(lake, "shop/orders"))
    assert len(landed) == ROWS
    assert set(landed.values()) == {1}


def test_dbt_reads_it_where_it_lies(
    project: Project, lake: str, shop: ShopDatabase
) -> None:
    """The delta plugin of dbt-duckdb takes the same variables."""
    project.run("--source", "shop")
    platform = Platform(project.folder / "platform")
    platform.environment["CDP_LAKE"] = lake
    platform.build("--select", "stg_shop__orders")
    counted = "select count(*), count(distinct order_id) from staging.stg_shop__orders"
    assert platform.query(counted) == [(ROWS, ROWS)]


def test_shared_access_signature_is_enough(
    project: Project,
    lake: str,
    shop: ShopDatabase,
    azurite: Azurite,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    container = lake.partition("://")[2].partition("@")[0].partition("/")[0]
    monkeypatch.delenv("AZURE_STORAGE_ACCOUNT_KEY")
    monkeypatch.setenv("AZURE_STORAGE_SAS_TOKEN", azurite.sas(container))
    project.run("--source", "shop")
    assert len(rows(lake, "shop/orders")) == ROWS
    signed = azurite.sas("another")
    monkeypatch.setenv("AZURE_STORAGE_SAS_TOKEN", signed)
    result = project.call("run", "--source", "shop")
    assert result.exit_code == 1
    assert "lake not usable, check CDP_LAKE" in result.output
    assert signed.rpartition("=")[2] not in result.output


def test_wrong_key_is_one_line_without_it(
    project: Project, lake: str, shop: ShopDatabase, monkeypatch: pytest.MonkeyPatch
) -> None:
    wrong = f"AAAA{KEY[4:]}"
    monkeypatch.setenv("AZURE_STORAGE_ACCOUNT_KEY", wrong)
    result = project.call("run", "--source", "shop")
    assert result.exit_code == 1
    assert "lake not usable, check CDP_LAKE" in result.output
    assert wrong not in result.output
    assert "Traceback" not in result.output
