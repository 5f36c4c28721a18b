"""Rules for statements that create, change and drop tables and views."""

from __future__ import annotations

from local_warehouse.bridge.actions import (
    Action,
    AddKey,
    Create,
    Drop,
    DropColumns,
    DropKey,
    DropSchema,
    Rename,
    RenameColumn,
)
from local_warehouse.bridge.comments import CommentOnColumn, CommentOnTable
from local_warehouse.bridge.keys import KeysTaken, read_table_key, take_keys
from local_warehouse.names import CATALOG
from local_warehouse.sql.catalog_names import to_spark
from local_warehouse.sql.tokens import Edit, Reader, Statement

_ALTER = ("ALTER TABLE", "ALTER VIEW")


def create(statement: Statement) -> Action | None:
    """Recognise the creation of tables and views, but not of temporary views."""
    reader = Reader(statement)
    if reader.accept("REPLACE"):
        pass
    elif reader.accept("CREATE"):
        reader.accept("OR REPLACE")
        reader.accept("EXTERNAL")
    else:
        return None
    is_table = reader.accept("TABLE")
    if not is_table and not reader.accept("VIEW"):
        return None
    is_skipped = reader.accept("IF NOT EXISTS")
    name = reader.name()
    if name is None:
        return None
    taken = KeysTaken()
    if is_table and reader.word == "(":
        taken = take_keys(statement, reader.at)
    sql = statement.edited([*_to_spark(statement, taken), *taken.edits])
    return Create(sql, name, taken.keys, taken.columns, is_skipped)


def _to_spark(statement: Statement, taken: KeysTaken) -> list[Edit]:
    """Return the edits of the catalog's name that are not in what is taken out."""
    return [
        edit
        for edit in to_spark(statement)
        if not any(out.start <= edit.start < out.end for out in taken.edits)
    ]


def _altered(statement: Statement) -> tuple[Reader, tuple[str, ...]] | None:
    """Return the table or view of an ALTER, and a reader of what follows."""
    reader = Reader(statement)
    if not reader.accept_one(_ALTER):
        return None
    name = reader.name()
    return (reader, name) if name else None


def add_key(statement: Statement) -> Action | None:
    """Recognise new keys, but not checks."""
    altered = _altered(statement)
    if altered is None:
        return None
    reader, name = altered
    if not reader.accept("ADD"):
        return None
    key = read_table_key(reader)
    return AddKey(name, key) if key is not None and reader.is_done else None


def drop_key(statement: Statement) -> Action | None:
    """Recognise what drops a key, by its name, kind or columns."""
    altered = _altered(statement)
    if altered is None:
        return None
    reader, table = altered
    kind = reader.accept_one(
        ("DROP CONSTRAINT", "DROP PRIMARY KEY", "DROP FOREIGN KEY")
    )
    if not kind:
        return None
    is_skipped = reader.accept("IF EXISTS")
    name = columns = None
    if kind == "DROP CONSTRAINT":
        name = reader.name()
    elif kind == "DROP FOREIGN KEY":
        columns = reader.names()
    end = reader.accept_one(("CASCADE", "RESTRICT"))
    is_complete = kind == "DROP PRIMARY KEY" or name or columns
    if not reader.is_done or not is_complete:
        return None
    return DropKey(
        table,
        name[-1] if name else None,
        columns or (),
        end == "CASCADE",
        is_skipped,
        statement.edited(to_spark(statement)) if name else None,
    )


def drop(statement: Statement) -> Action | None:
    """Recognise what drops a table, view or schema."""
    reader = Reader(statement)
    kind = reader.accept_one(
        ("DROP TABLE", "DROP VIEW", "DROP SCHEMA", "DROP DATABASE")
    )
    if not kind:
        return None
    reader.accept("IF EXISTS")
    name = reader.name()
    if name is None:
        return None
    sql = statement.edited(to_spark(statement))
    if kind in ("DROP SCHEMA", "DROP DATABASE"):
        return DropSchema(sql, name[-1])
    return Drop(sql, name)


def rename(statement: Statement) -> Action | None:
    """Recognise new names of tables and views."""
    altered = _altered(statement)
    if altered is None:
        return None
    reader, old = altered
    if not reader.accept("RENAME TO"):
        return None
    start = reader.at
    new = reader.name()
    if new is None or not reader.is_done:
        return None
    edits = to_spark(statement)
    if len(new) == 3 and new[0].lower() == CATALOG:
        # Spark takes a new name with a schema, but none with a catalog.
        first = statement.tokens[start]
        edits = [edit for edit in edits if edit.start != first.start]
        edits.append(Edit(first.start, statement.tokens[start + 2].start, ""))
    return Rename(statement.edited(edits), old, new)


def change_columns(statement: Statement) -> Action | None:
    """Recognise columns that get another name or are dropped."""
    altered = _altered(statement)
    if altered is None:
        return None
    reader, table = altered
    sql = statement.edited(to_spark(statement))
    if reader.accept("RENAME COLUMN"):
        old = reader.name()
        new = reader.name() if old and len(old) == 1 and reader.accept("TO") else None
        if old is None or new is None or not reader.is_done:
            return None
        return RenameColumn(sql, table, old[0], new[0])
    if not reader.accept_one(("DROP COLUMNS", "DROP COLUMN")):
        return None
    reader.accept("IF EXISTS")
    columns = _dropped(reader)
    return DropColumns(sql, table, columns) if columns and reader.is_done else None


def _dropped(reader: Reader) -> tuple[str, ...]:
    """Return the columns of a list, with or without parentheses; no fields."""
    is_in_parentheses = reader.accept("(")
    columns: list[str] = []
    while (name := reader.name()) is not None:
        columns += name if len(name) == 1 else ()
        if not reader.accept(","):
            break
    return tuple(columns) if reader.accept(")") == is_in_parentheses else ()


def comment(statement: Statement) -> Action | None:
    """Recognise comments on columns, tables and views."""
    reader = Reader(statement)
    kind = reader.accept_one(
        ("COMMENT ON COLUMN", "COMMENT ON TABLE", "COMMENT ON VIEW")
    )
    name = reader.name() if kind else None
    if name is None or not reader.accept("IS"):
        return None
    text = "" if reader.accept("NULL") else reader.string()
    if text is None or not reader.is_done:
        return None
    if kind == "COMMENT ON COLUMN":
        return CommentOnColumn(name[:-1], name[-1], text) if len(name) > 1 else None
    return CommentOnTable(name, text, statement.edited(to_spark(statement)))
