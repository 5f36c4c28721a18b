"""Rules for statements that show something."""

from __future__ import annotations

from local_warehouse.bridge.actions import (
    Action,
    AskInformationSchema,
    DescribeAsJson,
    DescribeExtended,
    RunOnSpark,
    Show,
    ShowCatalogs,
)
from local_warehouse.bridge.table_information import ShowTableExtended
from local_warehouse.catalog import information_schema as unity
from local_warehouse.names import CATALOG, SPARK_CATALOG, quoted
from local_warehouse.sql.catalog_names import to_spark
from local_warehouse.sql.tokens import Reader, Statement

_DESCRIBE = ("DESCRIBE TABLE", "DESC TABLE", "DESCRIBE", "DESC")
# What is shown as Spark shows it, with Databricks' names for columns.
_SHOWN: dict[str, dict[str, str]] = {
    "SHOW SCHEMAS": {"namespace": "databaseName"},
    "SHOW DATABASES": {"namespace": "databaseName"},
    "SHOW TABLES": {"namespace": "database"},
    "SHOW VIEWS": {},
    "SHOW CREATE TABLE": {},
    "DESCRIBE SCHEMA": {},
    "DESC SCHEMA": {},
    "DESCRIBE DATABASE": {},
    "DESC DATABASE": {},
    "DESCRIBE DETAIL": {},
}


def information_schema(statement: Statement) -> Action | None:
    """Recognise what concerns information_schema."""
    if statement.word(0) in ("SHOW", "DESCRIBE", "DESC", "USE"):
        return None
    return AskInformationSchema(statement.text) if unity.is_asked(statement) else None


def use_catalog(statement: Statement) -> Action | None:
    """Recognise `USE CATALOG` and `SET CATALOG`."""
    reader = Reader(statement)
    if not reader.accept_one(("USE CATALOG", "SET CATALOG")):
        return None
    name = reader.name() or (reader.string(),)
    if not reader.is_done or len(name) != 1 or name[0] is None:
        return None
    catalog = SPARK_CATALOG if name[0].lower() == CATALOG else name[0]
    return RunOnSpark(f"set catalog {quoted(catalog)}")


def describe_as_json(statement: Statement) -> Action | None:
    """Recognise `DESCRIBE TABLE EXTENDED t AS JSON`."""
    reader = Reader(statement)
    if not reader.accept_one(_DESCRIBE):
        return None
    if not reader.accept_one(("EXTENDED", "FORMATTED")):
        return None
    name = reader.name()
    if name is None or not reader.accept("AS JSON") or not reader.is_done:
        return None
    return DescribeAsJson(name, statement.edited(to_spark(statement)))


def describe_extended(statement: Statement) -> Action | None:
    """Recognise `DESCRIBE TABLE EXTENDED t`."""
    reader = Reader(statement)
    if not reader.accept_one(_DESCRIBE):
        return None
    if not reader.accept_one(("EXTENDED", "FORMATTED")):
        return None
    if reader.name() is None or not reader.is_done:
        return None
    return DescribeExtended(statement.edited(to_spark(statement)))


def show(statement: Statement) -> Action | None:
    """Recognise lists of what there is."""
    reader = Reader(statement)
    if reader.accept("SHOW CATALOGS"):
        return ShowCatalogs() if reader.is_done else None
    if reader.accept("SHOW TABLE EXTENDED"):
        return _tables_extended(reader)
    phrase = reader.accept_one(tuple(_SHOWN))
    if not phrase:
        return None
    return Show(statement.edited(to_spark(statement)), _SHOWN[phrase])


def _tables_extended(reader: Reader) -> Action | None:
    schema: tuple[str, ...] | None = ()
    if reader.accept_one(("IN", "FROM")):
        schema = reader.name()
    reader.accept("LIKE")
    pattern = reader.string()
    if schema is None or pattern is None or not reader.is_done:
        return None
    return ShowTableExtended(schema, pattern)
