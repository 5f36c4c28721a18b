"""What dbt-databricks reads from descriptions, in its own words."""

from __future__ import annotations

import json
import warnings
from typing import Any

import pytest

from local_warehouse.bridge.table_information import information
from local_warehouse.catalog.datatypes import ddl, described, family
from local_warehouse.catalog.describe_json import describe, shown
from local_warehouse.catalog.recorded import Recorded
from local_warehouse.names import TableName

# The adapter uses what Pydantic has deprecated.
with warnings.catch_warnings(action="ignore"):
    from dbt.adapters.databricks.column import DatabricksColumn
    from dbt.adapters.databricks.impl import (
        DatabricksAdapter,
        DatabricksDescribeJsonMetadata,
    )

PARENT, CHILD = TableName("shop", "parent"), TableName("shop", "child")


def document(catalog: Any, recorded: Recorded, name: TableName) -> dict[str, Any]:
    relation = catalog.detailed(catalog.relation(name))
    found: dict[str, Any] = json.loads(describe(relation, recorded.keys_of(name)))
    return found


def test_columns(catalog: Any, keys: Recorded) -> None:
    columns = DatabricksColumn.from_json_metadata(
        json.dumps(document(catalog, keys, PARENT))
    )
    assert [(each.name, each.dtype, each.comment) for each in columns] == [
        ("id", "bigint", "The key"),
        ("price", "decimal(18, 2)", None),
        ("items", "array<struct<x:int,y:varchar(3)>>", None),
    ]


def test_keys(catalog: Any, keys: Recorded) -> None:
    parent = DatabricksDescribeJsonMetadata.from_json_metadata(
        document(catalog, keys, PARENT)
    )
    child = DatabricksDescribeJsonMetadata.from_json_metadata(
        document(catalog, keys, CHILD)
    )
    assert [tuple(row) for row in parent.primary_key_constraints] == [
        ("parent_pk", "id")
    ]
    assert [tuple(row) for row in parent.non_null_constraints] == [("id",)]
    assert [tuple(row) for row in child.foreign_key_constraints] == [
        ("fk", "id", "main", "shop", "parent", "id")
    ]


def test_table(catalog: Any, keys: Recorded) -> None:
    found = document(catalog, keys, PARENT)
    assert found["catalog_name"] == "main"
    assert found["clustering_columns"] == ["id"]
    assert found["table_constraints"] == "[(parent_pk,PRIMARY KEY (`id`))]"
    assert found["table_properties"] == {"delta.constraints.positive": "id > 0"}
    assert found["type"] == "MANAGED"


def test_view(catalog: Any, keys: Recorded) -> None:
    found = document(catalog, keys, TableName("shop", "v"))
    assert found["view_text"] == "(select `id` from `main`.`shop`.`parent`)"
    assert "table_constraints" not in found


def test_sparks_own_document_says_main() -> None:
    text = '{"view_text": "select 1 from spark_catalog.s.t", "other": "spark_catalog"}'
    assert json.loads(shown(text)) == {
        "view_text": "select 1 from main.s.t",
        "other": "spark_catalog",
    }


def test_information(catalog: Any) -> None:
    text = information(catalog.detailed(catalog.relation(PARENT)))
    columns = DatabricksAdapter.INFORMATION_COLUMNS_REGEX.findall(text)
    assert columns == [
        ("id", "bigint", "false"),
        ("price", "decimal(18,2)", "true"),
        ("items", "array<struct<x:int,y:varchar(3)>>", "true"),
    ]
    assert DatabricksAdapter.INFORMATION_OWNER_REGEX.findall(text) == ["root"]
    assert DatabricksAdapter.INFORMATION_COMMENT_REGEX.findall(text) == [
        "It's the parent"
    ]
    assert "Provider: delta" in text


@pytest.mark.parametrize(
    ("kind", "statement", "data_type", "name"),
    [
        ("integer", "int", "INT", {"name": "int"}),
        ("byte", "tinyint", "BYTE", {"name": "tinyint"}),
        ("timestamp", "timestamp", "TIMESTAMP", {"name": "timestamp_ltz"}),
        ("timestamp_ntz", "timestamp_ntz", "TIMESTAMP_NTZ", {"name": "timestamp_ntz"}),
        ("char(2)", "char(2)", "CHAR", {"name": "char", "length": 2}),
        (
            {
                "type": "map",
                "keyType": "string",
                "valueType": "long",
                "valueContainsNull": False,
            },
            "map<string,bigint>",
            "MAP",
            {
                "name": "map",
                "key_type": {"name": "string", "collation": "UTF8_BINARY"},
                "value_type": {"name": "bigint"},
                "value_nullable": False,
            },
        ),
    ],
)
def test_types(kind: Any, statement: str, data_type: str, name: dict[str, Any]) -> None:
    assert (ddl(kind), family(kind), described(kind)) == (statement, data_type, name)
