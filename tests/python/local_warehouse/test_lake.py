"""Which statements show a lake, and what stays as it is; Spark is a fake."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from local_warehouse.catalog.relations import Relation
from local_warehouse.errors import WarehouseError
from local_warehouse.lake import register_lake
from local_warehouse.names import TableName

pytestmark = pytest.mark.warehouse
errors = pytest.importorskip("pyspark.errors")

ORDERS = TableName("raw_shop", "orders")


class FakeSpark:
    """Notes statements; one that names a table may fail."""

    def __init__(self, broken: str = "nothing") -> None:
        self.broken = broken
        self.statements: list[str] = []

    def sql(self, statement: str) -> None:
        self.statements.append(statement)
        if self.broken in statement:
            raise errors.AnalysisException("[DELTA_EMPTY] No log.\nAnd more.")


class FakeCatalog:
    """Knows at most one relation."""

    def __init__(self, known: Relation | None) -> None:
        self.known = known

    def relation(self, name: TableName) -> Relation | None:
        return self.known if self.known and self.known.name == name else None


def register(lake: Path, spark: FakeSpark, known: Relation | None = None) -> int:
    fakes: Any = (spark, FakeCatalog(known))
    return register_lake(*fakes, lake)


def lake_of(folder: Path, *tables: str) -> Path:
    for table in tables:
        (folder / table / "_delta_log").mkdir(parents=True)
    return folder


def test_tables_of_a_lake(tmp_path: Path) -> None:
    lake = lake_of(tmp_path / "it's a `lake`", "shop/orders", "_ingestion/_runs")
    spark = FakeSpark()
    assert register(lake, spark) == 2
    folder = str(lake).replace("'", "\\'")
    assert spark.statements == [
        "create schema if not exists `raw_ingestion`",
        "create table `spark_catalog`.`raw_ingestion`.`runs` using delta"
        f" location '{folder}/_ingestion/_runs'",
        "create schema if not exists `raw_shop`",
        "create table `spark_catalog`.`raw_shop`.`orders` using delta"
        f" location '{folder}/shop/orders'",
    ]


def test_name_with_a_backtick(tmp_path: Path) -> None:
    spark = FakeSpark()
    register(lake_of(tmp_path, "s`p/o`s"), spark)
    assert spark.statements[0] == "create schema if not exists `raw_s``p`"
    assert "`raw_s``p`.`o``s`" in spark.statements[1]


def test_external_table_is_taken_from_the_new_lake(tmp_path: Path) -> None:
    spark = FakeSpark()
    lake = lake_of(tmp_path, "Shop/Orders")
    assert register(lake, spark, Relation(ORDERS, "EXTERNAL")) == 1
    assert spark.statements[1] == "drop table `spark_catalog`.`raw_shop`.`orders`"


@pytest.mark.parametrize("kind", ["MANAGED", "VIEW"])
def test_what_is_no_external_table_is_not_dropped(tmp_path: Path, kind: str) -> None:
    spark = FakeSpark()
    lake = lake_of(tmp_path, "shop/orders")
    with pytest.raises(WarehouseError) as caught:
        register(lake, spark, Relation(ORDERS, kind))
    assert str(caught.value) == (
        f"main.raw_shop.orders is there already ({kind}), and {lake} has a table for"
        " this name: drop or rename it in a start without --lake, or choose another"
        " --data."
    )
    assert not [each for each in spark.statements if "table" in each]


def test_table_that_spark_cannot_read(tmp_path: Path) -> None:
    lake = lake_of(tmp_path, "shop/broken", "shop/orders")
    with pytest.raises(WarehouseError) as caught:
        register(lake, FakeSpark(broken="create table"))
    assert str(caught.value) == (
        f"The raw table {lake}/shop/broken cannot be shown ([DELTA_EMPTY] No log.): run"
        " ingestion again, remove the folder, or leave --lake out."
    )
