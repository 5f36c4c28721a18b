"""What the bridge does with a statement, as found by its rules."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Protocol

import pyarrow as pa
import pyarrow.compute as pc

from local_warehouse.bridge.keys import (
    KeyClause,
    check_not_in_keys,
    check_not_null,
    checked_key,
    keys_to_drop,
)
from local_warehouse.bridge.session import Session, nothing
from local_warehouse.catalog import describe_json, information_schema
from local_warehouse.catalog.recorded import Key
from local_warehouse.catalog.relations import Relation
from local_warehouse.names import CATALOG, SPARK_CATALOG, Parts, TableName, quoted
from local_warehouse.sql.catalog_names import from_spark

if TYPE_CHECKING:
    from pyspark.sql import DataFrame


class Action(Protocol):
    """Something to do with a statement."""

    def run(self, session: Session) -> DataFrame | pa.Table:
        """Do it, and return the rows to answer."""


@dataclass(frozen=True)
class RunOnSpark:
    """Let Spark do it, with the catalog's name as Spark knows it."""

    sql: str

    def run(self, session: Session) -> DataFrame | pa.Table:
        """Run it."""
        return session.sql(self.sql)


@dataclass(frozen=True)
class AskInformationSchema:
    """Answer from what the catalog and the records say, without Spark."""

    statement: str

    def run(self, session: Session) -> DataFrame | pa.Table:
        """Answer it."""
        return information_schema.answer(
            self.statement, session.catalog, session.recorded, session.parameters
        )


@dataclass(frozen=True)
class DescribeAsJson:
    """Describe a table or view in JSON; Spark does it for temporary views."""

    table: Parts
    sql: str

    def run(self, session: Session) -> DataFrame | pa.Table:
        """Describe it."""
        if len(self.table) == 1 and session.catalog.is_temporary_view(self.table[0]):
            found = session.sql(self.sql).collect()[0][0]
            return pa.table({describe_json.COLUMN: [describe_json.shown(found)]})
        relation = session.detailed(self.table)
        keys = session.recorded.keys_of(relation.name)
        document = describe_json.describe(relation, keys)
        return pa.table({describe_json.COLUMN: [document]})


@dataclass(frozen=True)
class Show:
    """Let Spark answer, and show the catalog as clients know it.

    Attributes:
        sql: The statement for Spark.
        columns: Names that Databricks has for columns that Spark names otherwise.
    """

    sql: str
    columns: Mapping[str, str] = field(default_factory=dict)

    def run(self, session: Session) -> DataFrame | pa.Table:
        """Run it."""
        rows = session.sql(self.sql).toArrow()
        names = [self.columns.get(name, name) for name in rows.column_names]
        return pa.table([_shown(column) for column in rows.columns], names)


def _shown(column: pa.ChunkedArray) -> pa.ChunkedArray | pa.Array:
    if not pa.types.is_string(column.type):
        return column
    if not pc.any(pc.match_substring(column, SPARK_CATALOG)).as_py():
        return column
    return pa.array([text and from_spark(text) for text in column.to_pylist()])


@dataclass(frozen=True)
class DescribeExtended:
    """Let Spark describe a table, in the rows that Databricks has for its name."""

    sql: str

    def run(self, session: Session) -> DataFrame | pa.Table:
        """Describe it."""
        rows = Show(self.sql).run(session)
        described: list[dict[str, str]] = []
        for row in rows.to_pylist():
            name = (row["data_type"] or "").split(".")
            if row["col_name"] == "Name" and len(name) == 3 and described:
                labels = ("Catalog", "Database", "Table")
                for label, part in zip(labels, name, strict=True):
                    described.append({**row, "col_name": label, "data_type": part})
            else:
                described.append(row)
        return pa.Table.from_pylist(described, rows.schema)


@dataclass(frozen=True)
class ShowCatalogs:
    """List the catalogs as clients know them."""

    def run(self, session: Session) -> DataFrame | pa.Table:
        """List them."""
        return pa.table({"catalog": [CATALOG, "system"]})


@dataclass(frozen=True)
class Create:
    """Let Spark create a table or view, and record its keys.

    Attributes:
        sql: The statement for Spark, without keys.
        name: The table or view.
        keys: The keys that it declares.
        columns: The columns that it declares, in lower case; none for a query's.
        is_skipped_if_there: Whether it says IF NOT EXISTS.
    """

    sql: str
    name: Parts
    keys: tuple[KeyClause, ...] = ()
    columns: tuple[str, ...] = ()
    is_skipped_if_there: bool = False

    def run(self, session: Session) -> DataFrame | pa.Table:
        """Create it."""
        name = session.table_name(self.name)
        was_there = session.catalog.relation(name) is not None
        keys = (
            [] if was_there and self.is_skipped_if_there else self._keys(session, name)
        )
        result = session.sql(self.sql)
        if was_there and self.is_skipped_if_there:
            return result
        with session.recorded.together():
            if was_there:
                session.recorded.table_replaced(name, self._columns(session, name))
            else:
                session.recorded.table_dropped(name)
            for key in keys:
                session.recorded.add_key(key)
        return result

    def _keys(self, session: Session, name: TableName) -> list[Key]:
        keys: list[Key] = []
        # A table can refer to itself: its primary key has to be known by then.
        for clause in sorted(self.keys, key=lambda clause: clause.parent is not None):
            _check_columns(session, clause, name, self.columns)
            parent = _parent(session, clause, name)
            keys.append(checked_key(clause, name, parent, session.recorded, keys))
        return keys

    def _columns(self, session: Session, name: TableName) -> list[str] | None:
        """Return the columns, where their tags have to be looked after."""
        if not any(tag.on.column for tag in session.recorded.tags(name)):
            return None
        relation = session.catalog.relation(name)
        detailed = session.catalog.detailed(relation) if relation else None
        return [column.name for column in detailed.columns] if detailed else None


def _check_columns(
    session: Session, clause: KeyClause, name: TableName, columns: tuple[str, ...]
) -> None:
    """Refuse a key on columns that a CREATE TABLE does not declare."""
    for column in clause.columns:
        if columns and column.lower() not in columns:
            listed = ", ".join(
                f"cast(null as int) as {quoted(each)}" for each in columns
            )
            session.spark.sql(f"select {quoted(column)} from (select {listed})")


def _parent(session: Session, clause: KeyClause, table: TableName) -> TableName | None:
    """Return the existing table that a foreign key refers to."""
    if clause.parent is None:
        return None
    parent = session.table_name(clause.parent)
    return parent if parent == table else session.relation(clause.parent).name


@dataclass(frozen=True)
class AddKey:
    """Record a key of an existing table."""

    table: Parts
    key: KeyClause

    def run(self, session: Session) -> DataFrame | pa.Table:
        """Record it."""
        relation = session.detailed(self.table)
        for column in self.key.columns:
            session.check_column(relation, column)
        parent = _parent(session, self.key, relation.name)
        with session.recorded.together():
            own = session.recorded.keys_of(relation.name)
            key = checked_key(self.key, relation.name, parent, session.recorded, own)
            if parent is None:
                check_not_null(key.name, key.columns, _nullable(relation))
            session.recorded.add_key(key)
        return nothing()


def _nullable(relation: Relation) -> set[str]:
    return {column.name.lower() for column in relation.columns if column.is_nullable}


@dataclass(frozen=True)
class DropKey:
    """Forget a key, found by its name, or its columns; without both the primary key.

    Attributes:
        sql: The statement for Spark, where it may mean a check instead.
    """

    table: Parts
    name: str | None = None
    columns: tuple[str, ...] = ()
    is_cascade: bool = False
    is_skipped_if_missing: bool = False
    sql: str | None = None

    def run(self, session: Session) -> DataFrame | pa.Table:
        """Forget it."""
        table = session.relation(self.table).name
        with session.recorded.together():
            key = next(filter(self._is_meant, session.recorded.keys_of(table)), None)
            if key is not None:
                session.recorded.remove_keys(
                    keys_to_drop(key, session.recorded, is_cascade=self.is_cascade)
                )
                return nothing()
        if self.sql is not None:
            return session.sql(self.sql)
        if self.is_skipped_if_missing:
            return nothing()
        # Delta's own error about a constraint that is not there.
        missing = self.name or "_".join([table.table, *self.columns, "key"])
        return session.sql(f"alter table {table.sql} drop constraint {quoted(missing)}")

    def _is_meant(self, key: Key) -> bool:
        if self.name is not None:
            return key.name.lower() == self.name.lower()
        if self.columns:
            columns = [column.lower() for column in self.columns]
            return (
                key.parent is not None and [c.lower() for c in key.columns] == columns
            )
        return key.parent is None


@dataclass(frozen=True)
class Drop:
    """Let Spark drop a table or view, and forget what is recorded of it."""

    sql: str
    name: Parts

    def run(self, session: Session) -> DataFrame | pa.Table:
        """Drop it."""
        result = session.sql(self.sql)
        name = session.table_name(self.name)
        # A temporary view of this name may have been dropped instead.
        if session.catalog.relation(name) is None:
            session.recorded.table_dropped(name)
        return result


@dataclass(frozen=True)
class DropSchema:
    """Let Spark drop a schema, and forget what is recorded of it."""

    sql: str
    name: str

    def run(self, session: Session) -> DataFrame | pa.Table:
        """Drop it."""
        result = session.sql(self.sql)
        session.recorded.schema_dropped(self.name.lower())
        return result


@dataclass(frozen=True)
class Rename:
    """Let Spark rename a table or view, and keep what is recorded of it."""

    sql: str
    old: Parts
    new: Parts

    def run(self, session: Session) -> DataFrame | pa.Table:
        """Rename it."""
        old = session.table_name(self.old)
        # Without a schema, the new name is one of the same schema.
        new = TableName.of(old.schema, self.new[-1])
        was_there = session.catalog.relation(old) is not None
        result = session.sql(self.sql)
        # A temporary view of this name may have been renamed instead.
        if was_there and session.catalog.relation(old) is None:
            session.recorded.table_renamed(old, new)
        return result


@dataclass(frozen=True)
class RenameColumn:
    """Let Spark rename a column, and keep its keys and tags."""

    sql: str
    table: Parts
    old: str
    new: str

    def run(self, session: Session) -> DataFrame | pa.Table:
        """Rename it."""
        result = session.sql(self.sql)
        table = session.table_name(self.table)
        session.recorded.column_renamed(table, self.old, self.new)
        return result


@dataclass(frozen=True)
class DropColumns:
    """Let Spark drop columns that no key needs, and forget their tags."""

    sql: str
    table: Parts
    columns: tuple[str, ...]

    def run(self, session: Session) -> DataFrame | pa.Table:
        """Drop them."""
        table = session.table_name(self.table)
        check_not_in_keys(table, self.columns, session.recorded)
        result = session.sql(self.sql)
        session.recorded.columns_dropped(table, self.columns)
        return result
