"""Keys in CREATE TABLE: taken out, and refused where Databricks would."""

from __future__ import annotations

import pytest

from local_warehouse.bridge.keys import (
    KeyClause,
    KeysTaken,
    check_not_null,
    checked_key,
    keys_to_drop,
    take_keys,
)
from local_warehouse.catalog.recorded import Key, Recorded
from local_warehouse.errors import StatementError
from local_warehouse.names import TableName
from local_warehouse.sql.tokens import Statement

PARENT, CHILD = TableName("shop", "parent"), TableName("shop", "child")


def taken(columns: str) -> tuple[str, KeysTaken]:
    statement = Statement.read(f"create table t ({columns}) using delta")
    keys = take_keys(statement, 3)
    text = statement.edited(keys.edits)
    return text.removeprefix("create table t (").removesuffix(") using delta"), keys


@pytest.mark.parametrize(
    ("columns", "expected", "keys"),
    [
        (
            "a int not null, constraint k primary key (a)",
            "a int not null",
            [KeyClause(("a",), "k")],
        ),
        (
            "a int, b string comment 'primary key', PRIMARY KEY (a, b) RELY",
            "a int NOT NULL, b string comment 'primary key' NOT NULL",
            [KeyClause(("a", "b"), is_relied_on=True)],
        ),
        (
            "a int constraint k primary key not enforced comment 'x', b int",
            "a int  comment 'x' NOT NULL, b int",
            [KeyClause(("a",), "k")],
        ),
        (
            "a map<string, struct<x: int, y: int>>, b decimal(10, 2) references"
            " main.s.u (c) on delete no action, constraint c check (a > 0)",
            "a map<string, struct<x: int, y: int>>, b decimal(10, 2) ,"
            " constraint c check (a > 0)",
            [KeyClause(("b",), None, ("main", "s", "u"), ("c",))],
        ),
        (
            "constraint f foreign key (a) references u, a int",
            "a int",
            [KeyClause(("a",), "f", ("u",))],
        ),
        ("a int, b string default ', primary key (a)'", None, []),
        ("`primary` int, constraint int", None, []),
    ],
)
def test_keys_are_taken_out(
    columns: str, expected: str | None, keys: list[KeyClause]
) -> None:
    text, found = taken(columns)
    assert text.strip(", ") == (expected or columns)
    assert list(found.keys) == keys


def test_columns_are_known() -> None:
    assert taken("A int, `b c` string, primary key (a)")[1].columns == ("a", "b c")


def test_a_name_is_found_where_none_is_given(keys: Recorded) -> None:
    keys.add_key(Key(TableName("shop", "x"), "y_pk", ("a",)))
    key = checked_key(KeyClause(("a",)), TableName("shop", "y"), None, keys, [])
    assert key.name == "y_pk_1"


@pytest.mark.parametrize(
    ("clause", "parent", "message"),
    [
        (KeyClause(("a",), "again"), None, "already has one, `parent_pk`"),
        (KeyClause(("a",), "FK"), CHILD, "Constraint `FK` already exists"),
        (KeyClause(("a",), "f"), CHILD, "no primary key on these columns"),
        (KeyClause(("a",), "f", None, ("b",)), PARENT, "no primary key on these"),
        (KeyClause(("a", "b"), "f", None, ("id",)), PARENT, "no primary key on these"),
    ],
)
def test_wrong_keys_are_refused(
    clause: KeyClause, parent: TableName | None, message: str, keys: Recorded
) -> None:
    own = keys.keys_of(PARENT)
    with pytest.raises(StatementError, match=message):
        checked_key(clause, PARENT, parent, keys, own)


def test_a_foreign_key_refers_to_the_primary_key_by_default(keys: Recorded) -> None:
    table = TableName("shop", "y")
    key = checked_key(KeyClause(("x",), "f"), table, PARENT, keys, [])
    assert key == Key(table, "f", ("x",), PARENT, ("id",))


def test_nullable_columns_make_no_primary_key() -> None:
    check_not_null("k", ["A"], set())
    with pytest.raises(StatementError, match=r"child column\(s\) `A` is nullable"):
        check_not_null("k", ["A"], {"a"})


def test_a_primary_key_in_use_is_dropped_only_with_cascade(keys: Recorded) -> None:
    primary = keys.primary_key(PARENT)
    assert primary is not None
    with pytest.raises(StatementError, match=r"non empty child constraints \(`fk`\)"):
        keys_to_drop(primary, keys, is_cascade=False)
    dropped = keys_to_drop(primary, keys, is_cascade=True)
    assert [key.name for key in dropped] == ["parent_pk", "fk"]
