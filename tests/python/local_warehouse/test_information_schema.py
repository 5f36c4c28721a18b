"""Queries over information_schema, and what they read for their answers."""

from __future__ import annotations

from typing import Any

import pytest

from local_warehouse.catalog.information_schema import answer, is_asked
from local_warehouse.catalog.information_schema_tables import COLUMNS
from local_warehouse.catalog.recorded import Grant, Recorded, Securable, Tag
from local_warehouse.errors import StatementError
from local_warehouse.names import TableName
from local_warehouse.sql.tokens import Statement

SCHEMA = "`system`.`information_schema`"


@pytest.fixture
def ask(catalog: Any, keys: Recorded) -> Any:
    def rows(statement: str) -> list[tuple[Any, ...]]:
        table = answer(statement, catalog, keys)
        return [tuple(row.values()) for row in table.to_pylist()]

    return rows


def test_tables(ask: Any) -> None:
    assert ask(
        "select table_name, table_type, lower(data_source_format), comment,"
        f" storage_path from {SCHEMA}.tables where table_schema = 'shop' order by 1"
    ) == [
        ("child", "MANAGED", "delta", None, "file:/tmp/does not exist/parent"),
        (
            "parent",
            "MANAGED",
            "delta",
            "It's the parent",
            "file:/tmp/does not exist/parent",
        ),
        ("v", "VIEW", "unknown_data_source_format", None, None),
    ]


def test_columns(ask: Any) -> None:
    assert ask(
        "select column_name, ordinal_position, full_data_type, data_type, is_nullable,"
        f" numeric_precision, comment from {SCHEMA}.columns"
        " where table_schema = 'shop' and table_name = 'parent' order by 2"
    ) == [
        ("id", 1, "bigint", "LONG", "NO", 64, "The key"),
        ("price", 2, "decimal(18,2)", "DECIMAL", "YES", 18, None),
        ("items", 3, "array<struct<x:int,y:varchar(3)>>", "ARRAY", "YES", None, None),
    ]


def test_views(ask: Any) -> None:
    text = "(select `id` from `main`.`shop`.`parent`)"
    assert ask("select view_definition from information_schema.views") == [(text,)]


def test_keys(ask: Any) -> None:
    # As dbt-databricks asks.
    assert ask(
        "SELECT kcu.constraint_name, kcu.column_name AS from_column, ukcu.table_schema"
        " AS to_schema, ukcu.table_name AS to_table, ukcu.column_name AS to_column"
        " FROM `main`.information_schema.key_column_usage kcu"
        " JOIN `main`.information_schema.referential_constraints rc"
        " ON kcu.constraint_name = rc.constraint_name"
        " JOIN `main`.information_schema.key_column_usage ukcu"
        " ON rc.unique_constraint_name = ukcu.constraint_name"
        " AND kcu.ordinal_position = ukcu.ordinal_position"
        " WHERE kcu.table_schema = 'shop' AND kcu.table_name = 'child'"
        " AND kcu.constraint_name IN (SELECT constraint_name"
        " FROM `main`.information_schema.table_constraints WHERE table_name = 'child'"
        " AND constraint_type = 'FOREIGN KEY') ORDER BY kcu.ordinal_position;"
    ) == [("fk", "id", "shop", "parent", "id")]


def test_checks(ask: Any) -> None:
    query = f"select * from {SCHEMA}.check_constraints where constraint_schema = 'shop'"
    assert ask(query) == [("main", "shop", "positive", "id > 0", None)]


def test_tags_and_grants(ask: Any, keys: Recorded) -> None:
    on = Securable.of(TableName("shop", "v"))
    keys.set_tags([Tag(on, "a", "b"), Tag(Securable("shop"), "c", "d")])
    keys.set_tags([Tag(Securable.of(TableName("shop", "v"), "id"), "pii", "no")])
    keys.grant([Grant(on, "analysts", "SELECT"), Grant(Securable("shop"), "x", "USE")])
    assert ask(f"select tag_name, tag_value from {SCHEMA}.table_tags") == [("a", "b")]
    assert ask(f"select * from {SCHEMA}.schema_tags") == [("main", "shop", "c", "d")]
    assert ask(f"select column_name, tag_name from {SCHEMA}.column_tags") == [
        ("id", "pii")
    ]
    assert ask(f"select grantee, privilege_type from {SCHEMA}.table_privileges") == [
        ("analysts", "SELECT")
    ]
    assert ask(f"select grantee from {SCHEMA}.schema_privileges") == [("x",)]


@pytest.mark.parametrize("name", COLUMNS)
def test_every_relation_has_its_columns(
    name: str, catalog: Any, keys: Recorded
) -> None:
    table = answer(f"select * from system.information_schema.{name}", catalog, keys)
    assert table.column_names == COLUMNS[name]


@pytest.mark.parametrize(
    ("query", "asked"),
    [
        ("tables where table_schema = 'shop' and table_name = 'parent'", "shop.parent"),
        ("tables t where 'x' = 'y' and t.table_schema in ('shop')", "shop"),
        (
            "tables where table_catalog = 'main' and ((table_schema = 'shop' and"
            " table_name = 'v') or (table_schema = 'other' and table_name = 'parent'))",
            "other.parent shop.v",
        ),
        ("tables where table_schema = 'shop' and table_schema = 'other'", ""),
        ("tables where table_name = 'v'", "default.v other.v shop.v"),
        # What cannot be told for sure is read.
        ("tables where lower(table_schema) = 'shop'", "default other shop"),
        ("tables where not table_schema = 'shop'", "default other shop"),
        (
            "tables t join information_schema.schemata s on t.table_schema ="
            " s.schema_name where t.table_schema = 'shop'",
            "shop",
        ),
        (
            "schemata s join information_schema.tables t on t.table_schema ="
            " s.schema_name where s.schema_name = 'shop'",
            "default other shop",
        ),
        (
            "tables t join information_schema.key_column_usage k on t.table_name ="
            " k.table_name where k.table_schema = 'shop'",
            "default other shop",
        ),
        ("table_tags where schema_name = 'shop'", ""),
    ],
)
def test_only_what_is_asked_for_is_read(
    query: str, asked: str, catalog: Any, keys: Recorded
) -> None:
    answer(f"select 1 from information_schema.{query}", catalog, keys)
    assert " ".join(sorted(set(catalog.asked))) == asked


@pytest.mark.parametrize(
    ("statement", "state"),
    [
        ("select * from information_schema.tables join main.shop.parent", "0A000"),
        ("create table x as select * from information_schema.tables", "0A000"),
        ("select * from information_schema.nothing", "42P01"),
        ("select nothing from information_schema.tables", "42000"),
        ("select from where information_schema.tables (", "42601"),
    ],
)
def test_what_it_cannot_answer_fails(
    statement: str, state: str, catalog: Any, recorded: Recorded
) -> None:
    with pytest.raises(StatementError) as error:
        answer(statement, catalog, recorded)
    assert error.value.sql_state == state


@pytest.mark.parametrize(
    ("statement", "expected"),
    [
        ("select * from information_schema.tables", True),
        ("select * from SYSTEM.`information_schema`.tables", True),
        ("select * from other.information_schema.tables", False),
        ("select 'main.information_schema.tables'", False),
        ("select information_schema from t", False),
    ],
)
def test_is_recognised(statement: str, expected: bool) -> None:
    assert is_asked(Statement.read(statement)) is expected
