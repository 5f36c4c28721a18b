"""The log of loads: every record that was read is counted once, whatever happens."""

from __future__ import annotations

import datetime as dt
import json
import shutil
import signal
from collections import Counter
from pathlib import Path
from typing import Any

import pytest

from ingestion import cursors
from ingestion.loads import LoadLog
from tests.python.ingestion.fake_sources import (
    FakeSources,
    ShopDatabase,
    customer,
    event,
    moment,
)
from tests.python.ingestion.ingestion_project import Project
from tests.python.ingestion.test_kill import start

LOADS = "_ingestion/loads"
COUNTS = (
    "delivered",
    "carried_over",
    "landed",
    "rejected",
    "rejected_before",
    "unchanged",
    "outside_window",
    "not_landed",
)


def loads(project: Project, table: str) -> list[dict[str, Any]]:
    """Return what the log says of a table, the counts that are not zero alone."""
    return [
        {"outcome": row["outcome"]}
        | {name: row[f"{name}_count"] for name in COUNTS if row[f"{name}_count"]}
        for row in project.rows(LOADS)
        if f"{row['source_name']}/{row['table_name']}" == table
    ]


def totals(project: Project, table: str) -> Counter[str]:
    found: Counter[str] = Counter()
    for row in loads(project, table):
        row.pop("outcome")
        found.update(row)
    return found


def assert_counts_add_up(project: Project) -> None:
    """Each row of the log by itself, and all of them with what is in the lake."""
    rows = project.rows(LOADS)
    keys = [row["load_key"] for row in rows]
    assert len(keys) == len(set(keys))
    for row in rows:
        inflow = row["delivered_count"] + row["carried_over_count"]
        assert inflow == sum(row[f"{name}_count"] for name in COUNTS[2:]), row
    for source, table in {(row["source_name"], row["table_name"]) for row in rows}:
        raw = project.rows(f"{source}/{table}")
        landed = Counter(row["_loaded_at"] for row in raw)
        logged: Counter[dt.datetime] = Counter()
        for row in rows:
            if (row["source_name"], row["table_name"]) == (source, table):
                logged[row["ended_at"]] += row["landed_count"]
        assert +logged == landed
        broken = [
            row
            for row in project.rows(f"{source}/_rejected")
            if row["table_name"] == table
        ]
        assert totals(project, f"{source}/{table}")["rejected"] == len(broken)


def test_every_delivered_record_is_counted(
    project: Project, commerce: FakeSources
) -> None:
    commerce.customers = [
        customer(1, moment(0)),
        customer(1, moment(0)),
        customer(2, moment(1)),
        customer(3, moment(2), birth_date="?"),
    ]
    project.run("--source", "commerce", "--table", "customers")
    assert loads(project, "commerce/customers") == [
        {"outcome": "landed", "delivered": 3, "landed": 2, "unchanged": 1},
        {"outcome": "rejected", "delivered": 1, "rejected": 1},
        {"outcome": "finished"},
    ]
    assert_counts_add_up(project)


def test_a_run_without_news_is_counted_at_its_end(
    project: Project, commerce: FakeSources
) -> None:
    commerce.customers = [
        customer(1, moment(0)),
        customer(2, moment(1), birth_date="?"),
    ]
    project.run("--source", "commerce", "--table", "customers")
    before = len(loads(project, "commerce/customers"))
    project.run("--source", "commerce", "--table", "customers", "--full-refresh")
    assert loads(project, "commerce/customers")[before:] == [
        {"outcome": "finished", "delivered": 2, "rejected_before": 1, "unchanged": 1}
    ]
    assert project.delta("commerce/customers").version() == 1
    assert_counts_add_up(project)


def test_records_that_nobody_asked_for_are_counted(
    project: Project, shop: ShopDatabase
) -> None:
    """SQLite has no type for times: its filter lets through a day more."""
    rest = ("paid", "EGP", 1)
    shop.insert(
        "orders",
        (1, 1, "2025-01-01", *rest, "2025-01-01 06:00:00"),
        (2, 1, "2025-01-01", *rest, "2025-01-01 12:00:00"),
    )
    project.run("--source", "shop", "--table", "orders")
    shop.insert("orders", (3, 1, "2025-01-01", *rest, "2025-01-01 13:00:00"))
    project.run("--source", "shop", "--table", "orders")
    # Of the second window, an hour before noon, is only the order of noon.
    assert totals(project, "shop/orders") == {
        "delivered": 2 + 3,
        "landed": 3,
        "unchanged": 1,
        "outside_window": 1,
    }
    assert_counts_add_up(project)


def test_a_stream_that_is_cut_is_counted_commit_by_commit(
    project: Project, commerce: FakeSources, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("ingestion.load.COMMIT_ROWS", 10)
    commerce.largest_page = 5
    commerce.events = [event(n, moment(n)) for n in range(32)]
    project.run("--source", "commerce", "--table", "events")
    landed = [one for one in loads(project, "commerce/events") if "landed" in one]
    assert [one["landed"] for one in landed] == [10, 10, 10, 2]
    assert_counts_add_up(project)


def test_whole_batches_are_counted(project: Project, shop: ShopDatabase) -> None:
    shop.insert("products", (1, "Tea", 1, "2025-01-01"), (2, "Mug", 3, "2025-01-01"))
    project.run("--source", "shop", "--table", "products")
    project.run("--source", "shop", "--table", "products")
    shop.execute(
        "update products set unit_cost = 'n/a' where product_id = 1",
        "update products set name = 'Cup' where product_id = 2",
    )
    project.run("--source", "shop", "--table", "products")
    assert loads(project, "shop/products") == [
        {"outcome": "landed", "delivered": 2, "landed": 2},
        {"outcome": "finished"},
        {"outcome": "finished", "delivered": 2, "unchanged": 2},
        {"outcome": "landed", "delivered": 1, "carried_over": 1, "landed": 2},
        {"outcome": "rejected", "delivered": 1, "rejected": 1},
        {"outcome": "finished"},
    ]
    assert_counts_add_up(project)


def test_a_batch_without_rows_is_noted(project: Project, shop: ShopDatabase) -> None:
    shop.insert("products", (1, "Tea", 1, "2025-01-01"))
    project.run("--source", "shop", "--table", "products")
    shop.insert("products", (2, "Mug", 3, "2025-01-01"))
    project.run("--source", "shop", "--table", "products")
    shop.execute("delete from products")
    project.run("--source", "shop", "--table", "products", "--allow-empty")
    assert {"outcome": "cleared"} in loads(project, "shop/products")
    [cleared] = [
        row for row in project.rows("_ingestion/loads") if row["outcome"] == "cleared"
    ]
    table = project.delta("shop/products")
    reached = table.transaction_version("ingestion/shop/products/loaded_at")
    assert cursors.to_microseconds(cleared["ended_at"]) == reached
    assert len(project.rows("shop/products")) == 3
    assert_counts_add_up(project)


def test_a_table_that_fails_says_what_it_had_read(
    project: Project, commerce: FakeSources
) -> None:
    commerce.customers = [customer(n, moment(n)) for n in range(20)]
    commerce.customers += [
        customer(n, moment(n), birth_date="x") for n in range(20, 40)
    ]
    assert project.call("run", "--source", "commerce").exit_code == 1
    assert loads(project, "commerce/customers") == [
        {"outcome": "rejected", "delivered": 20, "rejected": 20},
        {"outcome": "failed", "delivered": 20, "not_landed": 20},
    ]
    assert_counts_add_up(project)


def test_broken_records_that_a_failure_kept_from_being_set_aside_are_counted(
    project: Project, commerce: FakeSources
) -> None:
    """The second page never comes."""
    commerce.largest_page = 3
    commerce.customers = [customer(1, moment(0), birth_date="x")]
    commerce.customers += [customer(n, moment(n)) for n in range(2, 9)]

    def fail(path: str, count: int) -> int | None:
        return 404 if count > 1 else None

    commerce.before = fail  # type: ignore[assignment]
    words = ("run", "--source", "commerce", "--table", "customers")
    assert project.call(*words).exit_code == 1
    assert loads(project, "commerce/customers") == [
        {"outcome": "failed", "delivered": 3, "not_landed": 3}
    ]


@pytest.fixture
def world(project: Project, commerce: FakeSources, shop: ShopDatabase) -> Project:
    commerce.largest_page = 25
    commerce.customers = [customer(n, moment(n)) for n in range(60)]
    commerce.customers += [customer(n, moment(n), birth_date="?") for n in (91, 92)]
    commerce.events = [event(n, moment(n // 3)) for n in range(150)]
    rest = ("2025-01-01", "paid", "EGP", 1)
    orders = ((n, n, *rest, f"2025-01-01 00:{n % 60:02d}:00") for n in range(120))
    shop.insert("orders", *orders)
    return project


@pytest.mark.parametrize(
    ("place", "count"),
    [
        ("rejected", 1),
        ("before commit", 1),
        ("before commit", 2),
        ("write", 6),
        ("after commit", 1),
        ("after commit", 2),
        ("after commit", 4),
        ("log", 1),
        ("log", 2),
        ("logged", 1),
        ("logged", 2),
    ],
)
def test_a_killed_run_loses_and_doubles_no_count(
    world: Project, place: str, count: int
) -> None:
    process = start(world, place, count)
    assert process.wait(timeout=60) == -signal.SIGKILL
    world.run()
    assert_counts_add_up(world)
    world.run()
    assert_counts_add_up(world)
    assert sum(row["landed_count"] for row in world.rows(LOADS)) == 60 + 150 + 120


def test_two_runs_of_a_source_at_once_count_each_commit_once(
    project: Project, commerce: FakeSources, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The other run has landed something and noted it, when this one wants to."""
    commerce.customers = [customer(1, moment(0))]
    commerce.events = [event(1, moment(0))]
    original = LoadLog._append
    calls = []

    def interrupted(self: Any, *arguments: Any) -> None:
        calls.append(arguments)
        if len(calls) == 1:
            monkeypatch.setattr(LoadLog, "_append", original)
            project.run("--source", "commerce", "--table", "events")
        original(self, *arguments)

    monkeypatch.setattr(LoadLog, "_append", interrupted)
    project.run("--source", "commerce", "--table", "customers")
    assert len(calls) == 1
    assert_counts_add_up(project)
    assert totals(project, "commerce/customers")["landed"] == 1
    assert totals(project, "commerce/events")["landed"] == 1


def test_a_lake_from_before_the_log_is_said_not_to_be_logged(
    project: Project, commerce: FakeSources
) -> None:
    commerce.customers = [customer(1, moment(0))]
    project.run("--source", "commerce", "--table", "customers")
    forget_counts(project.lake / "commerce/customers")
    empty(project)
    commerce.customers.append(customer(2, moment(60)))
    project.run("--source", "commerce", "--table", "customers")
    found = loads(project, "commerce/customers")
    assert [one["outcome"] for one in found] == ["not_logged", "landed", "finished"]
    silent = project.rows(LOADS)[0]
    first, second = project.values("commerce/customers", "_loaded_at")
    assert silent["ended_at"] == first < second
    project.run()
    assert len(loads(project, "commerce/customers")) == 4


def test_commits_that_are_gone_from_the_log_of_delta_are_said_not_to_be_logged(
    project: Project, commerce: FakeSources
) -> None:
    commerce.customers = [customer(1, moment(0))]
    project.run("--source", "commerce", "--table", "customers")
    empty(project)
    table = project.delta("commerce/customers")
    table.create_checkpoint()
    for file in (project.lake / "commerce/customers/_delta_log").glob("*.json"):
        file.unlink()
    project.run("--source", "commerce", "--table", "customers")
    found = loads(project, "commerce/customers")
    assert [one["outcome"] for one in found] == ["not_logged", "finished"]


def test_compaction_is_no_load(project: Project, commerce: FakeSources) -> None:
    for number in range(3):
        commerce.customers.append(customer(number, moment(number)))
        project.run()
    project.delta("commerce/customers").optimize.compact()
    project.run()
    outcomes = {one["outcome"] for one in loads(project, "commerce/customers")}
    assert outcomes == {"landed", "finished"}
    assert_counts_add_up(project)


def forget_counts(table: Path) -> None:
    """Make the commits of a table what they were before there was a log."""
    for file in (table / "_delta_log").glob("*.json"):
        actions = [json.loads(line) for line in file.read_text().splitlines()]
        for action in actions:
            action.get("commitInfo", {}).pop("ingestion.loads", None)
        file.write_text("".join(json.dumps(action) + "\n" for action in actions))


def empty(project: Project) -> None:
    """Begin the log anew."""
    shutil.rmtree(project.lake / LOADS)
