"""`DESCRIBE TABLE EXTENDED ... AS JSON`, as Databricks documents it.

Open-source Spark has it only for views and for tables that are not Delta's.
"""

from __future__ import annotations

import json
from typing import Any

from local_warehouse.catalog.datatypes import described
from local_warehouse.catalog.recorded import Key
from local_warehouse.catalog.relations import Column, Relation, last_altered
from local_warehouse.names import CATALOG, quoted
from local_warehouse.sql.catalog_names import from_spark

COLUMN = "json_metadata"


def describe(relation: Relation, keys: list[Key]) -> str:
    """Return the document on a table or view, whose details are known."""
    name = relation.name
    document: dict[str, Any] = {
        "table_name": name.table,
        "catalog_name": CATALOG,
        "namespace": [name.schema],
        "schema_name": name.schema,
        "columns": [_column(column) for column in relation.columns],
        "partition_columns": list(relation.partition_columns),
        "clustering_columns": list(relation.clustering_columns),
        "location": relation.location,
        "provider": relation.provider,
        "owner": relation.owner,
        "type": relation.kind,
        "comment": relation.comment,
        "view_text": relation.text,
        "view_original_text": relation.text,
        "table_properties": dict(relation.properties),
        "table_constraints": constraints(keys),
        "created_time": _time(relation.created),
        "last_access": "UNKNOWN",
        "created_by": relation.owner,
        "last_altered": _time(last_altered(relation)),
        "collation": "UTF8_BINARY",
    }
    return json.dumps(
        {
            name: value
            for name, value in document.items()
            if value not in (None, [], "")
        },
        ensure_ascii=False,
    )


def shown(document: str) -> str:
    """Return Spark's own document with the catalog as clients know it."""
    found = json.loads(document)
    for name in ("view_text", "view_original_text", "view_catalog_and_namespace"):
        if name in found:
            found[name] = from_spark(found[name])
    return json.dumps(found, ensure_ascii=False)


def constraints(keys: list[Key]) -> str:
    """Return keys as Databricks lists them: `[(name,PRIMARY KEY (`a`)), (...)]`."""
    listed = [f"({key.name},{_definition(key)})" for key in keys]
    return f"[{', '.join(listed)}]" if listed else ""


def _definition(key: Key) -> str:
    text = f"{key.kind} {_columns(key.columns)}"
    if key.parent is None:
        return text
    parent = ".".join(map(quoted, (CATALOG, key.parent.schema, key.parent.table)))
    return f"{text} REFERENCES {parent} {_columns(key.parent_columns)}"


def _columns(names: tuple[str, ...]) -> str:
    return f"({', '.join(map(quoted, names))})"


def _column(column: Column) -> dict[str, Any]:
    return {
        "name": column.name,
        "type": described(column.type),
        "nullable": column.is_nullable,
        **({"comment": column.comment} if column.comment else {}),
        **({"default": column.default} if column.default else {}),
    }


def _time(moment: Any) -> str | None:
    return moment.strftime("%Y-%m-%dT%H:%M:%SZ") if moment else None
