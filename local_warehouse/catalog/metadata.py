"""The tables behind Thrift's metadata calls, with JDBC's column names."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING, Any

import pyarrow as pa

from local_warehouse.catalog.datatypes import base_name, ddl, precision
from local_warehouse.catalog.relations import Relation, SparkCatalog
from local_warehouse.names import CATALOG, TableName

if TYPE_CHECKING:
    from pyspark.sql import SparkSession

_TEXT, _INT, _SHORT = pa.string(), pa.int32(), pa.int16()
_CATALOGS = pa.schema([("TABLE_CAT", _TEXT)])
_SCHEMAS = pa.schema([("TABLE_SCHEM", _TEXT), ("TABLE_CATALOG", _TEXT)])
_TABLES = pa.schema(
    [
        *((name, _TEXT) for name in ("TABLE_CAT", "TABLE_SCHEM", "TABLE_NAME")),
        *((name, _TEXT) for name in ("TABLE_TYPE", "REMARKS", "TYPE_CAT")),
        *((name, _TEXT) for name in ("TYPE_SCHEM", "TYPE_NAME")),
        *((name, _TEXT) for name in ("SELF_REFERENCING_COL_NAME", "REF_GENERATION")),
    ]
)
_COLUMNS = pa.schema(
    [
        *((name, _TEXT) for name in ("TABLE_CAT", "TABLE_SCHEM", "TABLE_NAME")),
        ("COLUMN_NAME", _TEXT),
        ("DATA_TYPE", _INT),
        ("TYPE_NAME", _TEXT),
        ("COLUMN_SIZE", _INT),
        ("BUFFER_LENGTH", pa.int8()),
        ("DECIMAL_DIGITS", _INT),
        ("NUM_PREC_RADIX", _INT),
        ("NULLABLE", _INT),
        ("REMARKS", _TEXT),
        ("COLUMN_DEF", _TEXT),
        ("SQL_DATA_TYPE", _INT),
        ("SQL_DATETIME_SUB", _INT),
        ("CHAR_OCTET_LENGTH", _INT),
        ("ORDINAL_POSITION", _INT),
        ("IS_NULLABLE", _TEXT),
        *((name, _TEXT) for name in ("SCOPE_CATALOG", "SCOPE_SCHEMA", "SCOPE_TABLE")),
        ("SOURCE_DATA_TYPE", _SHORT),
        ("IS_AUTO_INCREMENT", _TEXT),
    ]
)
# Numbers of `java.sql.Types`.
_JDBC_TYPES = {
    "boolean": 16,
    "tinyint": -6,
    "smallint": 5,
    "int": 4,
    "bigint": -5,
    "float": 6,
    "double": 8,
    "decimal": 3,
    "string": 12,
    "varchar": 12,
    "char": 1,
    "binary": -2,
    "date": 91,
    "timestamp": 93,
    "timestamp_ntz": 93,
    "array": 2003,
    "struct": 2002,
    "map": 2000,
    "void": 0,
}
_OTHER = 1111


def catalogs() -> pa.Table:
    """Return the catalogs."""
    return pa.Table.from_pylist([{"TABLE_CAT": CATALOG}], _CATALOGS)


def schemas(spark: SparkSession, catalog: str | None, schema: str | None) -> pa.Table:
    """Return the schemas whose names fit a pattern."""
    rows = [
        {"TABLE_SCHEM": name, "TABLE_CATALOG": CATALOG}
        for name in _schemas(SparkCatalog(spark), catalog, schema)
    ]
    return pa.Table.from_pylist(rows, _SCHEMAS)


def tables(
    spark: SparkSession,
    catalog: str | None,
    schema: str | None,
    table: str | None,
    types: Sequence[str] | None,
) -> pa.Table:
    """Return the tables and views whose names fit patterns."""
    wanted = {kind.upper() for kind in types or ()}
    rows = []
    for relation in _relations(SparkCatalog(spark), catalog, schema, table):
        kind = "VIEW" if relation.is_view else "TABLE"
        if not wanted or kind in wanted:
            rows.append(
                {
                    **_name(relation),
                    "TABLE_TYPE": kind,
                    "REMARKS": relation.comment or "",
                }
            )
    # The order of JDBC, from which this call comes.
    rows.sort(
        key=lambda row: (row["TABLE_TYPE"], row["TABLE_SCHEM"], row["TABLE_NAME"])
    )
    return pa.Table.from_pylist(rows, _TABLES)


def columns(
    spark: SparkSession,
    catalog: str | None,
    schema: str | None,
    table: str | None,
    column: str | None,
) -> pa.Table:
    """Return the columns whose names fit patterns."""
    source = SparkCatalog(spark)
    fits = _pattern(column)
    rows = [
        row
        for relation in _relations(source, catalog, schema, table)
        if (detailed := source.detailed(relation)) is not None
        for row in _columns(detailed)
        if fits.fullmatch(row["COLUMN_NAME"])
    ]
    return pa.Table.from_pylist(rows, _COLUMNS)


def _schemas(
    source: SparkCatalog, catalog: str | None, schema: str | None
) -> Iterator[str]:
    if not catalog or _pattern(catalog).fullmatch(CATALOG):
        yield from filter(_pattern(schema).fullmatch, source.schemas())


def _relations(
    source: SparkCatalog, catalog: str | None, schema: str | None, table: str | None
) -> Iterator[Relation]:
    """Return tables and views; asked for one by its name, only that is looked up."""
    for name in _schemas(source, catalog, schema):
        if table and not re.search(r"[%_*]", table):
            relation = source.relation(TableName.of(name, table))
            yield from [relation] if relation else []
        else:
            fits = _pattern(table)
            relations = sorted(source.relations(name), key=lambda each: each.name)
            yield from (each for each in relations if fits.fullmatch(each.name.table))


def _name(relation: Relation) -> dict[str, Any]:
    return {
        "TABLE_CAT": CATALOG,
        "TABLE_SCHEM": relation.name.schema,
        "TABLE_NAME": relation.name.table,
    }


def _columns(relation: Relation) -> Iterator[dict[str, Any]]:
    # Positions begin with 0 in Spark's Thrift server, with 1 in JDBC's documentation,
    # which Databricks follows.
    for position, column in enumerate(relation.columns, start=1):
        size, base, scale = precision(column.type)
        yield {
            **_name(relation),
            "COLUMN_NAME": column.name,
            "DATA_TYPE": _JDBC_TYPES.get(base_name(column.type), _OTHER),
            "TYPE_NAME": ddl(column.type).upper(),
            "COLUMN_SIZE": size,
            "DECIMAL_DIGITS": scale,
            "NUM_PREC_RADIX": base,
            "NULLABLE": int(column.is_nullable),
            "REMARKS": column.comment or "",
            "COLUMN_DEF": column.default,
            "ORDINAL_POSITION": position,
            "IS_NULLABLE": "YES" if column.is_nullable else "NO",
            "IS_AUTO_INCREMENT": "NO",
        }


def _pattern(pattern: str | None) -> re.Pattern[str]:
    r"""Return a pattern of SQL, with `%`, `_` and `\`, as a regular expression."""
    parts = {"%": ".*", "_": ".", "*": ".*"}
    found = re.findall(r"\\.|.", pattern or "%", re.DOTALL)
    expression = "".join(
        re.escape(part[1:]) if len(part) == 2 else parts.get(part, re.escape(part))
        for part in found
    )
    return re.compile(expression, re.IGNORECASE | re.DOTALL)
