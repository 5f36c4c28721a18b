"""A catalog without Spark, and the one Spark of all tests that need it."""

from __future__ import annotations

import datetime
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from local_warehouse.bridge.interpreter import Interpreter
from local_warehouse.catalog.recorded import Key, Recorded
from local_warehouse.catalog.relations import Column, Relation, Schema
from local_warehouse.names import TableName
from local_warehouse.spark import start_spark
from tests.python.support.warehouse import Warehouse, running_warehouse

if TYPE_CHECKING:
    from pyspark.sql import SparkSession

CREATED = datetime.datetime(2026, 1, 2, 3, 4, 5, tzinfo=datetime.UTC)
NESTED = {
    "type": "array",
    "elementType": {
        "type": "struct",
        "fields": [
            {"name": "x", "type": "integer", "nullable": True, "metadata": {}},
            {
                "name": "y",
                "type": "string",
                "nullable": True,
                "metadata": {"__CHAR_VARCHAR_TYPE_STRING": "varchar(3)"},
            },
        ],
    },
    "containsNull": True,
}
PARENT = Relation(
    TableName("shop", "parent"),
    "MANAGED",
    "delta",
    "root",
    CREATED,
    "It's the parent",
    "file:/tmp/does not exist/parent",
    properties={"delta.constraints.positive": "id > 0"},
    columns=(
        Column("id", "long", is_nullable=False, comment="The key"),
        Column("price", "decimal(18,2)"),
        Column("items", NESTED),
    ),
    clustering_columns=("id",),
)
CHILD = replace(PARENT, name=TableName("shop", "child"), comment=None, properties={})
VIEW = Relation(
    TableName("shop", "v"),
    "VIEW",
    owner="root",
    created=CREATED,
    text="(select `id` from `main`.`shop`.`parent`)",
    columns=(Column("id", "long"),),
)
OTHER = replace(PARENT, name=TableName("other", "parent"))


class FakeCatalog:
    """A catalog of a few tables, which notes what it is asked for."""

    def __init__(self) -> None:
        self.asked: list[str] = []
        self._relations = {each.name: each for each in (PARENT, CHILD, VIEW, OTHER)}

    def current_schema(self) -> str:
        return "shop"

    def schemas(self) -> list[str]:
        return ["default", "other", "shop"]

    def schema(self, name: str) -> Schema:
        return Schema(name, owner="root")

    def relations(self, schema: str) -> list[Relation]:
        self.asked.append(schema)
        return [self._bare(each) for each in self._relations if each.schema == schema]

    def relation(self, name: TableName) -> Relation | None:
        self.asked.append(f"{name.schema}.{name.table}")
        return self._bare(name) if name in self._relations else None

    def detailed(self, relation: Relation) -> Relation:
        self.asked.append(f"details of {relation.name.schema}.{relation.name.table}")
        return self._relations[relation.name]

    def drop(self, name: TableName) -> None:
        del self._relations[name]

    def _bare(self, name: TableName) -> Relation:
        """As Spark's metastore knows it: Delta tables without columns."""
        relation = self._relations[name]
        return relation if relation.is_view else replace(relation, columns=())


@pytest.fixture
def catalog() -> FakeCatalog:
    return FakeCatalog()


@pytest.fixture
def recorded(tmp_path: Path) -> Iterator[Recorded]:
    store = Recorded(tmp_path / "recorded.sqlite")
    yield store
    store.close()


@pytest.fixture
def keys(recorded: Recorded) -> Recorded:
    """Records with a primary key and a foreign key that refers to it."""
    recorded.add_key(Key(PARENT.name, "parent_pk", ("id",), is_relied_on=True))
    recorded.add_key(Key(CHILD.name, "fk", ("id",), PARENT.name, ("id",)))
    return recorded


@pytest.fixture(scope="session")
def spark(tmp_path_factory: pytest.TempPathFactory) -> Iterator[SparkSession]:
    session = start_spark(tmp_path_factory.mktemp("spark"), cores=2, memory="1g")
    yield session
    session.stop()


class Client:
    """A session of its own, from which statements come."""

    def __init__(self, spark: SparkSession, interpreter: Interpreter) -> None:
        self.spark = spark.newSession()
        self.interpreter = interpreter

    def rows(self, statement: str, parameters: Any = None) -> list[dict[str, Any]]:
        """Run a statement and return its rows."""
        result: Any = self.interpreter.run(self.spark, statement, parameters)
        if hasattr(result, "toArrow"):
            result = result.toArrow()
        rows: list[dict[str, Any]] = result.to_pylist()
        return rows

    def column(self, statement: str) -> list[Any]:
        """Run a statement and return its first column."""
        return [next(iter(row.values())) for row in self.rows(statement)]


@pytest.fixture
def client(spark: SparkSession, recorded: Recorded) -> Iterator[Client]:
    """A client in an empty schema `s`."""
    client = Client(spark, Interpreter(recorded))
    client.rows("create schema main.s")
    yield client
    client.rows("use main.default")
    client.rows("drop schema main.s cascade")


@pytest.fixture(scope="session")
def warehouse(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Warehouse]:
    """A server in a process of its own."""
    with running_warehouse(tmp_path_factory.mktemp("connector")) as running:
        yield running


@pytest.fixture
def cursor(warehouse: Warehouse) -> Iterator[Any]:
    """A cursor of a session of its own."""
    with warehouse.connection() as connection, connection.cursor() as cursor:
        yield cursor
