"""What Unity Catalog knows and Spark does not: keys, tags and grants.

All of it is informational: it is shown back to clients and changes no data.
"""

from __future__ import annotations

import json
import sqlite3
import threading
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from local_warehouse.names import TableName

_TABLES = """
create table if not exists keys (
    schema text not null, "table" text not null, name text not null,
    columns text not null, parent_schema text, parent_table text, parent_columns text,
    is_relied_on integer not null,
    primary key (schema, name)
);
create table if not exists tags (
    schema text not null, "table" text not null, "column" text not null,
    name text not null, value text not null,
    primary key (schema, "table", "column", name)
);
create table if not exists grants (
    schema text not null, "table" text not null, principal text not null,
    privilege text not null,
    primary key (schema, "table", principal, privilege)
);
"""


@dataclass(frozen=True)
class Key:
    """A primary key, or with a parent a foreign key.

    Attributes:
        table: The table that has it.
        name: Unique in the schema.
        columns: Its columns, in their order.
        parent: The table that a foreign key refers to.
        parent_columns: That table's primary key.
        is_relied_on: Whether the optimiser may rely on it.
    """

    table: TableName
    name: str
    columns: tuple[str, ...]
    parent: TableName | None = None
    parent_columns: tuple[str, ...] = ()
    is_relied_on: bool = False

    @property
    def kind(self) -> str:
        """The type of constraint, as Databricks names it."""
        return "PRIMARY KEY" if self.parent is None else "FOREIGN KEY"


@dataclass(frozen=True)
class Securable:
    """What can have tags and grants: a catalog, a schema, a table or view, a column.

    Parts that do not apply are empty.
    """

    schema: str = ""
    table: str = ""
    column: str = ""

    @classmethod
    def of(cls, name: TableName, column: str = "") -> Securable:
        """Return a table, view or column."""
        return cls(name.schema, name.table, column.lower())

    @property
    def type(self) -> str:
        """What it is, as SHOW GRANTS has it."""
        return "TABLE" if self.table else "SCHEMA" if self.schema else "CATALOG"


@dataclass(frozen=True)
class Tag:
    """A tag and what carries it."""

    on: Securable
    name: str
    value: str


@dataclass(frozen=True)
class Grant:
    """A privilege that somebody has."""

    on: Securable
    principal: str
    privilege: str


class Recorded:
    """A store in one SQLite file; many threads may use it."""

    def __init__(self, path: Path | str) -> None:
        """Open the file, or make it."""
        self._lock = threading.RLock()
        self._connection = sqlite3.connect(path, check_same_thread=False)
        self._connection.executescript(_TABLES)

    def close(self) -> None:
        """Close the file."""
        with self._lock:
            self._connection.close()

    @contextmanager
    def together(self) -> Iterator[None]:
        """Make what is read and written within this block one change, or none."""
        with self._lock:
            if self._connection.in_transaction:
                yield
                return
            with self._connection:
                self._connection.execute("begin immediate")
                yield

    # Keys.

    def all_keys(self) -> list[Key]:
        """Return the keys of all tables."""
        return [
            _key(row) for row in self._rows("select * from keys order by rowid", ())
        ]

    def keys_of(self, table: TableName) -> list[Key]:
        """Return the keys of a table."""
        return [key for key in self.all_keys() if key.table == table]

    def primary_key(self, table: TableName) -> Key | None:
        """Return the primary key of a table, if it has one."""
        return next((key for key in self.keys_of(table) if key.parent is None), None)

    def references_to(self, table: TableName) -> list[Key]:
        """Return the foreign keys that point at a table."""
        return [key for key in self.all_keys() if key.parent == table]

    def add_key(self, key: Key) -> None:
        """Record a key."""
        parent = key.parent
        self._change(
            "insert into keys values (?, ?, ?, ?, ?, ?, ?, ?)",
            [
                (
                    key.table.schema,
                    key.table.table,
                    key.name,
                    json.dumps(key.columns),
                    parent.schema if parent else None,
                    parent.table if parent else None,
                    json.dumps(key.parent_columns),
                    key.is_relied_on,
                )
            ],
        )

    def remove_keys(self, keys: Iterable[Key]) -> None:
        """Forget keys."""
        self._change(
            "delete from keys where schema = ? and name = ?",
            [(key.table.schema, key.name) for key in keys],
        )

    # Tags.

    def tags(self, table: TableName | None = None) -> list[Tag]:
        """Return the tags of a table and its columns, or all."""
        where = 'where schema = ? and "table" = ?' if table else ""
        values = (table.schema, table.table) if table else ()
        rows = self._rows(f"select * from tags {where} order by rowid", values)
        return [Tag(Securable(*row[:3]), row[3], row[4]) for row in rows]

    def set_tags(self, tags: Iterable[Tag]) -> None:
        """Record tags, in place of those of the same names."""
        self._change(
            'insert into tags values (?, ?, ?, ?, ?) on conflict (schema, "table",'
            ' "column", name) do update set value = excluded.value',
            [
                (tag.on.schema, tag.on.table, tag.on.column, tag.name, tag.value)
                for tag in tags
            ],
        )

    def unset_tags(self, on: Securable, names: Iterable[str]) -> None:
        """Forget tags."""
        self._change(
            'delete from tags where schema = ? and "table" = ? and "column" = ?'
            " and name = ?",
            [(on.schema, on.table, on.column, name) for name in names],
        )

    # Grants.

    def grants(self) -> list[Grant]:
        """Return all grants."""
        rows = self._rows("select * from grants order by rowid", ())
        return [Grant(Securable(*row[:2]), row[2], row[3]) for row in rows]

    def grant(self, grants: Iterable[Grant]) -> None:
        """Record grants."""
        self._change("insert or ignore into grants values (?, ?, ?, ?)", _rows(grants))

    def revoke(self, grants: Iterable[Grant]) -> None:
        """Forget grants."""
        self._change(
            'delete from grants where schema = ? and "table" = ? and principal = ?'
            " and privilege = ?",
            _rows(grants),
        )

    # Upkeep: what happens to tables and columns happens to what is known of them.

    def table_dropped(self, table: TableName) -> None:
        """Forget a table, and the foreign keys that point at it."""
        with self.together():
            for name in ("keys", "tags", "grants"):
                self._change(
                    f'delete from {name} where schema = ? and "table" = ?',
                    [(table.schema, table.table)],
                )
            self.remove_keys(self.references_to(table))

    def table_replaced(self, table: TableName, columns: Iterable[str] | None) -> None:
        """Keep grants and tags of a replaced table, and forget its keys.

        Foreign keys that point at it go with its primary key. Tags of columns that it
        no longer has (where its columns are known) go, too.
        """
        with self.together():
            self.remove_keys([*self.keys_of(table), *self.references_to(table)])
            if columns is not None:
                kept = {"", *(column.lower() for column in columns)}
                for tag in self.tags(table):
                    if tag.on.column not in kept:
                        self.unset_tags(tag.on, [tag.name])

    def table_renamed(self, old: TableName, new: TableName) -> None:
        """Keep all that is known of a table under its new name."""
        values = [(new.schema, new.table, old.schema, old.table)]
        with self.together():
            self.table_dropped(new)
            for name in ("keys", "tags", "grants"):
                self._change(
                    f'update {name} set schema = ?, "table" = ?'
                    ' where schema = ? and "table" = ?',
                    values,
                )
            self._change(
                "update keys set parent_schema = ?, parent_table = ?"
                " where parent_schema = ? and parent_table = ?",
                values,
            )

    def schema_dropped(self, schema: str) -> None:
        """Forget a schema and all in it."""
        with self.together():
            self.remove_keys(
                key
                for key in self.all_keys()
                if key.parent and key.parent.schema == schema
            )
            for name in ("keys", "tags", "grants"):
                self._change(f"delete from {name} where schema = ?", [(schema,)])

    def column_renamed(self, table: TableName, old: str, new: str) -> None:
        """Keep keys and tags of a column under its new name."""

        def renamed(columns: tuple[str, ...]) -> tuple[str, ...]:
            return tuple(
                new if name.lower() == old.lower() else name for name in columns
            )

        with self.together():
            concerned = {*self.keys_of(table), *self.references_to(table)}
            self.remove_keys(concerned)
            for key in concerned:
                own = renamed(key.columns) if key.table == table else key.columns
                theirs = key.parent_columns
                theirs = renamed(theirs) if key.parent == table else theirs
                self.add_key(
                    Key(key.table, key.name, own, key.parent, theirs, key.is_relied_on)
                )
            self._change(
                'update tags set "column" = ? where schema = ? and "table" = ?'
                ' and "column" = ?',
                [(new.lower(), table.schema, table.table, old.lower())],
            )

    def columns_dropped(self, table: TableName, columns: Iterable[str]) -> None:
        """Forget the tags of columns."""
        self._change(
            'delete from tags where schema = ? and "table" = ? and "column" = ?',
            [(table.schema, table.table, column.lower()) for column in columns],
        )

    def _rows(self, query: str, values: tuple[str, ...]) -> list[tuple[str, ...]]:
        with self._lock:
            return self._connection.execute(query, values).fetchall()

    def _change(self, statement: str, rows: Iterable[tuple[object, ...]]) -> None:
        with self.together():
            self._connection.executemany(statement, list(rows))


def _key(row: tuple[str, ...]) -> Key:
    schema, table, name, columns, parent_schema, parent_table, parent_columns, rely = (
        row
    )
    return Key(
        TableName(schema, table),
        name,
        tuple(json.loads(columns)),
        TableName(parent_schema, parent_table) if parent_schema else None,
        tuple(json.loads(parent_columns)),
        bool(rely),
    )


def _rows(grants: Iterable[Grant]) -> list[tuple[str, ...]]:
    return [
        (grant.on.schema, grant.on.table, grant.principal, grant.privilege)
        for grant in grants
    ]
