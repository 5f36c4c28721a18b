"""Tables of two platforms, row by row."""

from collections.abc import Iterable, Iterator
from pathlib import Path

import duckdb

SHOWN_ROWS = 5


def tables(database: Path, schemas: Iterable[str]) -> set[str]:
    """Names `schema.table` of all tables in the schemas of a DuckDB file.

    Not of views: they name their database, and what they show comes from the tables.
    """
    with duckdb.connect(str(database), read_only=True) as connection:
        rows = connection.execute(
            "select table_schema || '.' || table_name from information_schema.tables"
            " where table_type = 'BASE TABLE' and table_schema in (select unnest(?))",
            [list(schemas)],
        ).fetchall()
    return {name for (name,) in rows}


def differences(
    one: Path, two: Path, names: Iterable[str], without: Iterable[str] = ()
) -> Iterator[str]:
    """What differs between tables of two DuckDB files, a line for each table.

    Rows are compared as multisets, with all their digits.

    Args:
        one: The one DuckDB file.
        two: The other DuckDB file.
        names: Tables to compare, as `schema.table`.
        without: Columns to leave out wherever they occur.
    """
    left_out = set(without)
    with duckdb.connect() as connection:
        connection.execute("set TimeZone = 'UTC'")
        connection.execute(f"attach '{one}' as one (read_only)")
        connection.execute(f"attach '{two}' as two (read_only)")
        for name in sorted(names):
            one_columns = columns(connection, f"one.{name}")
            two_columns = columns(connection, f"two.{name}")
            if one_columns != two_columns:
                yield f"{name}: columns {one_columns} and {two_columns}"
                continue
            shown = ", ".join(
                column for column, _ in one_columns if column not in left_out
            )
            for here, there in (("one", "two"), ("two", "one")):
                rows = connection.execute(
                    f"select {shown} from {here}.{name}"
                    f" except all select {shown} from {there}.{name}"
                ).fetchall()
                if rows:
                    yield f"{name}: {len(rows)} only in {here}: {rows[:SHOWN_ROWS]}"


def columns(connection: duckdb.DuckDBPyConnection, table: str) -> list[tuple[str, str]]:
    """Names and types of the columns of a table."""
    described = connection.execute(f"describe {table}").fetchall()
    return [(name, kind) for name, kind, *_ in described]
