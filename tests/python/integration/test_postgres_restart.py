"""The database goes away in the middle of a table, and nothing is lost or doubled."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa

from ingestion import load, postgres
from tests.python.ingestion.ingestion_project import Project
from tests.python.support.postgres import Cluster

pytestmark = pytest.mark.integration

ROWS = 40_000
OWN = ("_loaded_at", "_batch_id", "_source_position")


@pytest.fixture
def shop(
    cluster: Cluster, project: Project, monkeypatch: pytest.MonkeyPatch
) -> Iterator[sa.Engine]:
    """Orders and products, and commits after every 6,000 rows.

    Both are larger than what can be on its way through the sockets.
    """
    url = cluster.create_database("shop")
    monkeypatch.setenv("SHOP_DATABASE_URL", url)
    monkeypatch.setattr(postgres, "BATCH_ROWS", 1_000)
    monkeypatch.setattr(load, "COMMIT_ROWS", 6_000)
    monkeypatch.setattr(load, "PAUSES", (0.05, 0.1, 0.2, 0.5, 1.0))
    engine = sa.create_engine(url, pool_pre_ping=True)
    with engine.begin() as connection:
        connection.exec_driver_sql(
            "create table orders as select n as order_id, mod(n, 97) as customer_id,"
            " timestamp '2025-01-01' as ordered_at, repeat('paid', 250) as status,"
            " case when mod(n, 1000) = 0 then ' ' else 'EGP' end as currency,"
            " n / 7.0 as total_amount,"
            # Many rows share a time, also across batches.
            " timestamptz '2025-01-01' + n / 700 * interval '1 second' as updated_at"
            f" from generate_series(1, {ROWS}) n"
        )
        connection.exec_driver_sql(
            "create table products as select n as product_id, repeat('x', 999) as name,"
            " n / 100.0 as unit_cost, timestamp '2025-01-01' as updated_at"
            f" from generate_series(1, {ROWS}) n"
        )
    yield engine
    engine.dispose()


def contents(project: Project, lake: Path, name: str) -> list[Any]:
    project.lake = lake
    return sorted(
        tuple(str(value) for key, value in row.items() if key not in OWN)
        for row in project.rows(name)
    )


def disturb(monkeypatch: pytest.MonkeyPatch, at: int, act: Callable[[], None]) -> None:
    """Does something while a table is read, after so many batches."""
    original = load.type_batch
    batches = 0

    def watching(*arguments: Any) -> Any:
        nonlocal batches
        batches += 1
        if batches == at:
            act()
        return original(*arguments)

    monkeypatch.setattr(load, "type_batch", watching)


def logged(project: Project) -> dict[str, int]:
    """Counts of the log of loads, added up."""
    rows = project.rows("_ingestion/loads")
    names = [name for name in rows[0] if name.endswith("_count")]
    return {name: sum(row[name] for row in rows) for name in names}


@pytest.mark.parametrize("crash", [False, True], ids=["restart", "crash"])
@pytest.mark.parametrize(
    ("table", "at"), [("orders", 2), ("orders", 9), ("products", 5)]
)
def test_a_restarted_database_is_asked_again(  # noqa: PLR0917
    project: Project,
    shop: sa.Engine,
    cluster: Cluster,
    monkeypatch: pytest.MonkeyPatch,
    table: str,
    at: int,
    crash: bool,
) -> None:
    words = ("--source", "shop", "--table", table)
    undisturbed = project.folder / "undisturbed"
    monkeypatch.setenv("CDP_LAKE", str(undisturbed))
    project.run(*words)
    monkeypatch.setenv("CDP_LAKE", str(project.folder / "lake"))

    def restart() -> None:
        cluster.stop(crash=crash)
        cluster.start()

    disturb(monkeypatch, at, restart)
    output = project.run(*words).output
    for name in (f"shop/{table}", "shop/_rejected"):
        expected = contents(project, undisturbed, name)
        assert contents(project, project.folder / "lake", name) == expected
    assert f"{ROWS:,} delivered" not in output  # some came twice
    counts = logged(project)
    # Let go, or landed before: that depends on how much was under way.
    assert counts["not_landed_count"] + counts["unchanged_count"] > 0
    assert counts.pop("delivered_count") + counts.pop("carried_over_count") == sum(
        counts.values()
    )


def test_a_database_that_is_away_for_longer(
    project: Project,
    shop: sa.Engine,
    cluster: Cluster,
    monkeypatch: pytest.MonkeyPatch,
    caplog: pytest.LogCaptureFixture,
) -> None:
    words = ("--source", "shop", "--table", "orders")
    disturb(monkeypatch, 15, lambda: cluster.stop(crash=True))
    failed = project.call("run", *words)
    assert failed.exit_code == 1
    [line] = [line for line in failed.output.splitlines() if "error:" in line]
    assert "shop.orders: the database says: " in line
    assert "check SHOP_DATABASE_URL" in failed.output.replace("\n", " ")
    assert "Traceback" not in failed.output
    assert caplog.text == ""  # libraries write to the screen what nobody handles
    cluster.start()
    project.run(*words)
    keys = project.values("shop/orders", "order_id")
    assert len(keys) == len(set(keys)) == ROWS - ROWS // 1_000
    assert len(project.rows("shop/_rejected")) == ROWS // 1_000


def test_a_database_that_comes_back_in_time(
    project: Project,
    shop: sa.Engine,
    cluster: Cluster,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """It refuses connections for a while, which is no reason to give up either."""

    def leave() -> None:
        cluster.stop()
        threading.Timer(0.4, cluster.start).start()

    disturb(monkeypatch, 15, leave)
    project.run("--source", "shop", "--table", "orders")
    keys = project.values("shop/orders", "order_id")
    assert len(keys) == len(set(keys)) == ROWS - ROWS // 1_000


def test_a_table_that_is_given_up_is_not_read_to_its_end(
    project: Project, shop: sa.Engine, cluster: Cluster
) -> None:
    """Who stops in the middle stops the database, too."""
    old, new = "max_rejected_ratio: 0.05", "schema_contract: {data_type: freeze}"
    project.edit("shop", old, new)
    with shop.begin() as connection:
        connection.exec_driver_sql(
            "update orders set currency = ' ' where order_id < 9"
        )
    result = project.call("run", "--source", "shop", "--table", "orders")
    assert result.exit_code == 1
    assert "a record breaks the frozen contract" in result.output
    assert "canceling statement due to user request" in cluster.log
