"""`SHOW TABLE EXTENDED`: all about tables as text, from which dbt reads its catalog.

Spark's own answer lacks the columns of Delta tables and comments that changed later.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING

import pyarrow as pa

from local_warehouse.bridge.session import Session
from local_warehouse.catalog.datatypes import ddl
from local_warehouse.catalog.relations import Column, Relation
from local_warehouse.names import CATALOG, TableName

if TYPE_CHECKING:
    from pyspark.sql import DataFrame

_SCHEMA = pa.schema(
    [
        ("database", pa.string()),
        ("tableName", pa.string()),
        ("isTemporary", pa.bool_()),
        ("information", pa.string()),
    ]
)


@dataclass(frozen=True)
class ShowTableExtended:
    """Describe the tables and views of a schema whose names fit a pattern.

    Attributes:
        schema: Parts of its name; none for the current one.
        pattern: Names separated by `|`, in which `*` stands for anything.
    """

    schema: tuple[str, ...]
    pattern: str

    def run(self, session: Session) -> DataFrame | pa.Table:
        """Describe them."""
        schema = self.schema or (session.catalog.current_schema(),)
        rows = [
            {
                "database": relation.name.schema,
                "tableName": relation.name.table,
                "isTemporary": False,
                "information": information(relation),
            }
            for listed in self._relations(session, session.schema_name(schema))
            if (relation := session.catalog.detailed(listed)) is not None
        ]
        return pa.Table.from_pylist(rows, _SCHEMA)

    def _relations(self, session: Session, schema: str) -> list[Relation]:
        names = self.pattern.lower().split("|")
        if "*" not in self.pattern:
            found = [
                session.catalog.relation(TableName(schema, name)) for name in names
            ]
            return [relation for relation in found if relation is not None]
        fits = re.compile(
            "|".join(re.escape(name).replace(r"\*", ".*") for name in names)
        )
        return [
            relation
            for relation in session.catalog.relations(schema)
            if fits.fullmatch(relation.name.table)
        ]


def information(relation: Relation) -> str:
    """Return all about a table or view, one property a line, its columns last."""
    properties = ", ".join(f"{k}={v}" for k, v in sorted(relation.properties.items()))
    created = (
        f"{relation.created:%a %b %d %H:%M:%S UTC %Y}" if relation.created else None
    )
    lines = {
        "Catalog": CATALOG,
        "Database": relation.name.schema,
        "Table": relation.name.table,
        "Owner": relation.owner,
        "Created Time": created,
        "Type": relation.kind,
        "Provider": relation.provider,
        "View Text": relation.text,
        "Table Properties": f"[{properties}]" if properties else None,
        "Location": relation.location,
        "Partition Columns": _listed(relation.partition_columns),
        # dbt takes all lines up to the last one with a label for the comment.
        "Comment": relation.comment,
    }
    known = [f"{label}: {value}" for label, value in lines.items() if value]
    return "\n".join([*known, "Schema: root", *map(_column, relation.columns)]) + "\n"


def _listed(names: tuple[str, ...]) -> str | None:
    return f"[{', '.join(f'`{name}`' for name in names)}]" if names else None


def _column(column: Column) -> str:
    nullable = str(column.is_nullable).lower()
    return f" |-- {column.name}: {ddl(column.type)} (nullable = {nullable})"
