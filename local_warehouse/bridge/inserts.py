"""`INSERT ... REPLACE ON` and `INSERT ... BY NAME REPLACE WHERE`, which Delta lacks.

Both become one statement of Delta with the same effect, so that they stay one commit.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import pyarrow as pa

from local_warehouse.bridge.session import Session
from local_warehouse.errors import StatementError
from local_warehouse.names import Parts, quoted
from local_warehouse.sql.catalog_names import to_spark
from local_warehouse.sql.tokens import Reader, Statement

if TYPE_CHECKING:
    from pyspark.sql import DataFrame

    from local_warehouse.bridge.actions import Action

# Tells the rows of the source that make room from those that are inserted.
_MAKES_ROOM = "_makes_room"
_QUERY = ("SELECT", "TABLE", "WITH", "VALUES")


@dataclass(frozen=True)
class ReplaceOn:
    """Delete the rows that fit any row of a query, and insert those of the query."""

    table: Parts
    alias: str
    condition: str
    query: str
    source: str
    is_by_name: bool = False

    def run(self, session: Session) -> DataFrame | pa.Table:
        """Do it as a merge.

        Each row of the query comes twice: one matches what has to go, the other one
        matches nothing and is inserted. Delta lets many rows match one that is deleted.
        """
        relation = session.detailed(self.table)
        columns = [column.name for column in relation.columns]
        given = session.sql(f"select * from {self.query}").columns
        sources = columns if self.is_by_name else given
        if len(given) != len(columns):
            raise StatementError(
                "[INSERT_COLUMN_ARITY_MISMATCH] Cannot write to"
                f" {quoted(relation.name.full)}: it has {len(columns)} columns, the"
                f" query {len(given)}.",
                "21S01",
            )
        source, flag = quoted(self.source), quoted(_MAKES_ROOM)
        return session.sql(
            f"merge into {relation.name.sql} as {quoted(self.alias)} using ("
            f"select true as {flag}, * from {self.query}"
            f" union all select false as {flag}, * from {self.query}) as {source}"
            f" on {source}.{flag} and {self.condition}"
            " when matched then delete"
            f" when not matched and not {source}.{flag} then insert"
            f" ({', '.join(map(quoted, columns))})"
            f" values ({', '.join(f'{source}.{quoted(name)}' for name in sources)})"
        )


@dataclass(frozen=True)
class ReplaceWhereByName:
    """Replace the rows that meet a condition; columns are matched by their names."""

    table: Parts
    condition: str
    query: str

    def run(self, session: Session) -> DataFrame | pa.Table:
        """Do it with the columns in their order."""
        relation = session.detailed(self.table)
        columns = [column.name for column in relation.columns]
        given = session.sql(self.query).columns
        unknown = {name.lower() for name in given} - {name.lower() for name in columns}
        if unknown:
            raise StatementError(
                "[INCOMPATIBLE_DATA_FOR_TABLE.EXTRA_COLUMNS] Cannot write to"
                f" {quoted(relation.name.full)}: it has no columns"
                f" {', '.join(map(quoted, sorted(unknown)))}.",
                "KD000",
            )
        return session.sql(
            f"insert into {relation.name.sql} replace where {self.condition}"
            f" select {', '.join(map(quoted, columns))} from ({self.query})"
        )


def replacing_insert(statement: Statement) -> Action | None:
    """Recognise inserts that replace rows in ways that Delta does not know."""
    reader = Reader(statement)
    if not reader.accept("INSERT INTO"):
        return None
    reader.accept("TABLE")
    table = reader.name()
    if table is None:
        return None
    alias = reader.name() if reader.accept("AS") else table[-1:]
    is_by_name = reader.accept("BY NAME")
    if reader.accept("REPLACE ON") and alias is not None:
        return _replace_on(reader, table, alias[0], is_by_name=is_by_name)
    if is_by_name and reader.accept("REPLACE WHERE"):
        return _replace_where(reader, table)
    return None


def _replace_on(
    reader: Reader, table: Parts, alias: str, *, is_by_name: bool
) -> ReplaceOn | None:
    condition = _group(reader)
    query = _group(reader)
    reader.accept("AS")
    source = reader.name()
    if condition is None or query is None or source is None or not reader.is_done:
        return None
    return ReplaceOn(table, alias, condition, query, source[0], is_by_name)


def _replace_where(reader: Reader, table: Parts) -> ReplaceWhereByName | None:
    start = reader.at
    while not reader.is_done and reader.word not in _QUERY:
        if reader.word == "(":
            reader.skip_parentheses()
        else:
            reader.take()
    if reader.is_done or reader.at == start:
        return None
    condition = _text(reader.statement, start, reader.at)
    query = _text(reader.statement, reader.at, reader.end)
    return ReplaceWhereByName(table, condition, query)


def _group(reader: Reader) -> str | None:
    """Read a group in parentheses, as Spark is to get it."""
    if reader.word != "(":
        return None
    start = reader.at
    reader.skip_parentheses()
    return _text(reader.statement, start, reader.at)


def _text(statement: Statement, start: int, end: int) -> str:
    """Return what stands between two tokens, as Spark is to get it."""
    first, last = statement.tokens[start].start, statement.tokens[end - 1].end
    edits = [edit for edit in to_spark(statement) if first <= edit.start < last]
    tail = len(statement.text) - last
    edited = statement.edited(edits)
    return edited[first : len(edited) - tail]
