"""What actions ask of Spark, and what they record of it; Spark itself is a fake."""

from __future__ import annotations

import json
from collections.abc import Callable
from types import SimpleNamespace
from typing import Any

import pyarrow as pa
import pytest

from local_warehouse.bridge.actions import DropColumns, Rename
from local_warehouse.bridge.session import Session
from local_warehouse.catalog.recorded import Recorded
from local_warehouse.errors import StatementError
from local_warehouse.names import TableName

PARENT, CHILD = TableName("shop", "parent"), TableName("shop", "child")


class FakeSession(Session):
    """A session whose Spark notes statements, and does with each what a test says."""

    def __init__(
        self, catalog: Any, recorded: Recorded, does: Callable[[], object] = lambda: 0
    ) -> None:
        super().__init__(SimpleNamespace(), recorded)  # type: ignore[arg-type]
        self.__dict__.update(catalog=catalog, does=does, statements=[])

    def sql(self, statement: str) -> Any:
        self.__dict__["statements"].append(statement)
        self.__dict__["does"]()
        return pa.table({})

    @property
    def statements(self) -> list[str]:
        """What was run."""
        statements: list[str] = self.__dict__["statements"]
        return statements


@pytest.mark.parametrize(
    ("table", "column", "names"),
    [
        (("parent",), "ID", "`parent_pk`, `fk`"),
        (("main", "shop", "child"), "id", "`fk`"),
    ],
)
def test_columns_of_keys_are_not_dropped(
    catalog: Any, keys: Recorded, table: tuple[str, ...], column: str, names: str
) -> None:
    session = FakeSession(catalog, keys)
    with pytest.raises(StatementError, match=rf"`{column}`.*keys \({names}\)"):
        DropColumns("alter table", table, ("price", column)).run(session)
    assert session.statements == []


def test_other_columns_are_dropped(catalog: Any, keys: Recorded) -> None:
    session = FakeSession(catalog, keys)
    DropColumns("alter table", ("parent",), ("price",)).run(session)
    assert session.statements == ["alter table"]


def test_a_renamed_table_keeps_its_keys(catalog: Any, keys: Recorded) -> None:
    session = FakeSession(catalog, keys, lambda: catalog.drop(CHILD))
    Rename("alter table", ("child",), ("new",)).run(session)
    assert [key.name for key in keys.keys_of(TableName("shop", "new"))] == ["fk"]


@pytest.mark.parametrize("old", ["tmp", "child"])
def test_a_renamed_temporary_view_changes_nothing(
    catalog: Any, keys: Recorded, old: str
) -> None:
    """Whether or not it hides a table, and where its new name is that of one."""
    before = keys.all_keys()
    Rename("alter view", (old,), ("parent",)).run(FakeSession(catalog, keys))
    assert keys.all_keys() == before


def test_replacing_a_view_leaves_the_current_schema_alone(
    catalog: Any, recorded: Recorded
) -> None:
    class Spark:
        """A session of Spark that notes what happens to it."""

        def __init__(self) -> None:
            self.seen: list[str] = []
            self.others: list[Spark] = []
            self.catalog = SimpleNamespace(setCurrentDatabase=self.seen.append)

        def newSession(self) -> Spark:  # noqa: N802
            self.others.append(Spark())
            return self.others[-1]

        def sql(self, statement: str) -> Any:
            self.seen.append(statement)
            document = {
                "view_catalog_and_namespace": "spark_catalog.`other`",
                "view_text": "select id from t",
            }
            return SimpleNamespace(collect=lambda: [[json.dumps(document)]])

    spark = Spark()
    session = FakeSession(catalog, recorded)
    session.__dict__["spark"] = spark
    session.replace_view(catalog.relation(TableName("shop", "v")))
    name = "`spark_catalog`.`shop`.`v`"
    assert spark.seen == [f"describe table extended {name} as json"]
    assert spark.others[0].seen == [
        "other",
        f"create or replace view {name} (`id` comment '') as select id from t",
    ]
