"""Deleted, back, deleted again: from each kind of source to staging and snapshots.

A product is missing from a table that is landed whole, a contact is archived in the
CRM, an account has a time of deletion in a database, and one in an API.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import pytest

from tests.python.ingestion.fake_sources import (
    TOKEN,
    FakeSources,
    ShopDatabase,
    customer,
    moment,
    serving,
)
from tests.python.ingestion.ingestion_project import Project
from tests.python.support.dbt_in_process import DbtInProcess
from tests.python.support.platform import Platform

# Staging model and snapshot of each way, and their key.
WAYS = {
    "absence": ("stg_shop__products", "snap_shop__products", "product_id"),
    "tombstone": ("stg_crm__contacts", "snap_crm__contacts", "contact_id"),
    "soft delete": ("stg_shop__customers", "snap_shop__customers", "customer_id"),
    "field": ("stg_commerce__customers", "snap_commerce__customers", "customer_id"),
}
HOUR = 3600


@dataclass
class World:
    """Sources whose record 1 comes and goes while record 2 stays, and a platform."""

    project: Project
    sources: FakeSources
    shop: ShopDatabase
    dbt: DbtInProcess
    seen: str = moment(0)

    def set(self, hour: int, *, is_there: bool) -> None:
        """Let the sources delete record 1, or have it again, at an hour."""
        at = moment(hour * HOUR)
        gone = None if is_there else at
        self.sources.customers = [
            customer(1, at, deleted_at=gone),
            customer(2, moment(0)),
        ]
        properties = {"firstname": "Mona", "lastmodifieddate": moment(0)}
        # The CRM does not call an archived contact modified, but one that is back.
        first = {"firstname": "Aya", "lastmodifieddate": at if is_there else self.seen}
        self.seen = first["lastmodifieddate"]
        self.sources.objects["contacts"] = [
            {"id": "1", "properties": first, "archived": not is_there}
            | ({} if is_there else {"archivedAt": at}),
            {"id": "2", "properties": properties, "archived": False},
        ]
        deleted = "null" if is_there else f"'{at}'"
        self.shop.execute(
            f"update customers set updated_at = '{at}', deleted_at = {deleted}"
            " where customer_id = 1",
        )
        # A product comes back as it was, with the old time of its update.
        self.shop.execute("delete from products where product_id = 1")
        if is_there:
            self.shop.insert("products", (1, "Tea", 1, moment(0)))

    def build(self) -> None:
        self.dbt.run(
            "build",
            "--select",
            *(name for w in WAYS.values() for name in w[:2]),
            "--exclude-resource-type",
            "test",
            "--exclude-resource-type",
            "unit_test",
        )

    def land(self, *arguments: str) -> None:
        self.project.run(*arguments)
        self.build()

    def staged(self, way: str) -> dict[str, bool]:
        """Return of each record whether staging calls it deleted."""
        model, _, key = WAYS[way]
        return dict(self.query(f"select {key}, is_deleted from staging.{model}"))

    def versions(self, way: str, identifier: str) -> list[tuple[Any, ...]]:
        """Return what the snapshot knows of a record: deleted or not, from, to."""
        _, snapshot, key = WAYS[way]
        return self.query(
            "select is_deleted, dbt_valid_from, dbt_valid_to"
            f" from snapshots.{snapshot} where {key} = '{identifier}'"
            " order by dbt_valid_from"
        )

    def query(self, sql: str) -> list[tuple[Any, ...]]:
        return self.dbt.platform.query(sql)


@pytest.fixture(scope="module")
def world(tmp_path_factory: pytest.TempPathFactory) -> Iterator[World]:
    folder = tmp_path_factory.mktemp("deletions")
    project = Project(folder)
    platform = Platform(folder / "platform", lake=project.lake)
    shop = ShopDatabase(folder / "shop.db")
    shop.execute("alter table customers add column deleted_at text")
    shop.insert("customers", *((n, "A", "a@b.c", moment(0), None) for n in (1, 2)))
    shop.insert("products", (1, "Tea", 1, moment(0)), (2, "Mug", 3, moment(0)))
    with serving(FakeSources()) as sources, pytest.MonkeyPatch.context() as patch:
        for name, value in {
            "CDP_LAKE": str(project.lake),
            "COMMERCE_API_URL": sources.url,
            "COMMERCE_API_TOKEN": TOKEN,
            "CRM_API_URL": sources.url,
            "CRM_API_TOKEN": TOKEN,
            "SHOP_DATABASE_URL": shop.url,
        }.items():
            patch.setenv(name, value)
        yield World(project, sources, shop, DbtInProcess(platform))


def test_deleted_back_and_deleted_again(world: World) -> None:
    history = [True, False, True, False]
    for hour, is_there in enumerate(history, start=1):
        world.set(hour, is_there=is_there)
        world.land()
        for way in WAYS:
            assert world.staged(way) == {"1": not is_there, "2": False}, way
            versions = world.versions(way, "1")
            expected = [not one for one in history[:hour]]
            assert [is_deleted for is_deleted, _, _ in versions] == expected, way
            starts, ends = zip(*(times for _, *times in versions), strict=True)
            assert (*starts[1:], None) == ends, way
            assert len(world.versions(way, "2")) == 1, way


def products(world: World, *numbers: int) -> None:
    """Let the shop have these products alone."""
    world.shop.execute("delete from products")
    for number in numbers:
        world.shop.insert("products", (number, "Tea", 1, moment(0)))


def deleted_products(world: World) -> dict[str, bool]:
    return dict(
        world.query(
            "select product_id, is_deleted from snapshots.snap_shop__products"
            " where dbt_valid_to is null"
        )
    )


def test_a_deletion_that_arrives_with_broken_rows(world: World) -> None:
    """What is missing is deleted, what is broken is not, whatever it was before."""
    products(world, 11, 12)
    world.land("--source", "shop")
    products(world, 12, 13)
    world.shop.execute("update products set unit_cost = 'n/a'")
    world.land("--source", "shop")
    # Product 13 has never been good.
    assert world.staged("absence") | {"11": True, "12": False} == world.staged(
        "absence"
    )
    assert "13" not in world.staged("absence")
    assert deleted_products(world) == world.staged("absence")
    assert world.project.values("shop/_rejected", "source_record_id") == ["12", "13"]
    products(world, 11, 12, 13)
    world.land("--source", "shop")
    [(first, _), (gone, ended), (back, open_end)] = [
        (is_deleted, until) for is_deleted, _, until in world.versions("absence", "11")
    ]
    assert (first, gone, back, open_end) == (False, True, False, None)
    assert ended is not None
    for number in ("12", "13"):
        [(is_deleted, _, until)] = world.versions("absence", number)
        assert (is_deleted, until) == (False, None)


def test_an_empty_answer_deletes_only_where_it_may(world: World) -> None:
    """Refused, nothing changes; let in, everything is deleted, and can come back."""
    products(world, 21, 22)
    world.land("--source", "shop")
    before = deleted_products(world)
    assert before | {"21": False, "22": False} == before
    products(world)
    refused = world.project.call("run", "--source", "shop")
    assert refused.exit_code == 1
    assert "delivered no rows at all" in refused.output
    world.build()
    assert deleted_products(world) == before
    world.land("--source", "shop", "--allow-empty")
    assert deleted_products(world) == dict.fromkeys(before, True)
    assert world.staged("absence") == deleted_products(world)
    products(world, 22)
    world.land("--source", "shop")
    assert deleted_products(world) == {**dict.fromkeys(before, True), "22": False}
    history = [is_deleted for is_deleted, _, _ in world.versions("absence", "22")]
    assert history == [False, True, False]
