"""Marts in which customers are called by their records, whatever their ids are."""

from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path

import duckdb
import pyarrow as pa

from tests.python.support.compare import columns
from tests.python.support.parity import Comparison, compare

# A group of records is called by its first record: equal groups, equal names.
NAMES = """
create temp table names as
select customer_id, min(record_key) as name
from built.intermediate.int_customer_records_resolved
group by customer_id
"""
CUSTOMER_ID = "customer_id"
INSTANT = pa.timestamp("us", tz="UTC")


def by_group(
    built: Path, target: Path, tables: Iterable[str], left_out: Iterable[str]
) -> Path:
    """Copies tables into a DuckDB file of their own.

    Args:
        built: A DuckDB file that the project has built.
        target: The file to write.
        tables: What to copy, as `schema.table`.
        left_out: Columns not to copy, as `schema.table.column`.
    """
    without = set(left_out)
    with duckdb.connect(str(target)) as connection:
        connection.execute(f"attach '{built}' as built (read_only)")
        connection.execute(NAMES)
        for table in sorted(tables):
            schema, _, _ = table.partition(".")
            shown = ", ".join(
                _named(column) if column.endswith(CUSTOMER_ID) else f'"{column}"'
                for column, _ in columns(connection, f"built.{table}")
                if f"{table}.{column}" not in without
            )
            connection.execute(f"create schema if not exists {schema}")
            connection.execute(
                f"create table {table} as select {shown} from built.{table} as mart"
            )
    return target


def compare_groups(
    one: Path, two: Path, keys: Mapping[str, Sequence[str]]
) -> Comparison:
    """Compares two such files; doubles may differ in the order of their sums.

    Args:
        one: The one file.
        two: The other file.
        keys: The unique key of each table; columns that were left out are none.
    """
    with duckdb.connect(str(two), read_only=True) as connection:

        def fetch(table: str) -> pa.Table:
            rows = connection.execute(f"select * from {table}").to_arrow_table()
            return rows.cast(pa.schema([_as_instant(field) for field in rows.schema]))

        with_rows: dict[str, Sequence[str]] = {}
        for table, key in keys.items():
            known = {column for column, _ in columns(connection, table)}
            # Empty on one side only: the other side's rows are missing there.
            if fetch(table).num_rows or _has_rows(one, table):
                with_rows[table] = key if known.issuperset(key) else ()
        return compare(one, with_rows, fetch)


def _named(column: str) -> str:
    name = f'(select name from names where names.customer_id = mart."{column}")'
    return f'coalesce({name}, mart."{column}") as "{column}"'


def _as_instant(field: pa.Field) -> pa.Field:
    return field.with_type(INSTANT) if pa.types.is_timestamp(field.type) else field


def _has_rows(database: Path, table: str) -> bool:
    with duckdb.connect(str(database), read_only=True) as connection:
        return bool(connection.execute(f"select 1 from {table} limit 1").fetchall())
