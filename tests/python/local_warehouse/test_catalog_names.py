"""`main` becomes Spark's catalog where it is one, and stays where it is not."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from local_warehouse.bridge.rules import rename_catalog
from local_warehouse.sql.catalog_names import from_spark

RENAMED = [
    ("select * from main.s.t", "select * from spark_catalog.s.t"),
    ("select * from `main`.`s`.`t`", "select * from `spark_catalog`.`s`.`t`"),
    ("select * from MAIN . s . t", "select * from spark_catalog . s . t"),
    ("select main.s.f(x) from y", "select spark_catalog.s.f(x) from y"),
    (
        "select main.s.t.c from main.s.t",
        "select spark_catalog.s.t.c from spark_catalog.s.t",
    ),
    (
        "merge into main.s.t as a using main.s.u as b on a.x = b.x when matched then"
        " update set *",
        "merge into spark_catalog.s.t as a using spark_catalog.s.u as b on"
        " a.x = b.x when matched then update set *",
    ),
    (
        "create schema if not exists main.s",
        "create schema if not exists spark_catalog.s",
    ),
    (
        "drop schema if exists `main`.`s` cascade",
        "drop schema if exists `spark_catalog`.`s` cascade",
    ),
    ("describe schema extended main.s", "describe schema extended spark_catalog.s"),
    (
        "comment on schema main.s is 'main.s'",
        "comment on schema spark_catalog.s is 'main.s'",
    ),
    (
        "alter schema main.s set dbproperties ('a' = 'b')",
        "alter schema spark_catalog.s set dbproperties ('a' = 'b')",
    ),
    ("use main.s", "use spark_catalog.s"),
    ("use schema main.s", "use schema spark_catalog.s"),
    ("show tables in main.s like '*'", "show tables in spark_catalog.s like '*'"),
    ("show views from `main`.`s`", "show views from `spark_catalog`.`s`"),
    ("show schemas in main like 's'", "show schemas in spark_catalog like 's'"),
    ("show columns in main.s.t", "show columns in spark_catalog.s.t"),
    ("show columns in t in main.s", "show columns in t in spark_catalog.s"),
    ("select current_catalog()", "select 'main' as `current_catalog()`"),
    ("select current_catalog() as c, 1", "select 'main' as c, 1"),
    ("select f(current_catalog(), 1)", "select f('main', 1)"),
    ("select a from t where c = current_catalog()", "select a from t where c = 'main'"),
    ("explain select * from main.s.t", "explain select * from spark_catalog.s.t"),
    # Tables are renamed also where something else is called main.
    (
        "select main.x.y from main.s.t as main",
        "select main.x.y from spark_catalog.s.t as main",
    ),
    (
        "select main.x.y from a as main, main.s.t",
        "select main.x.y from a as main, spark_catalog.s.t",
    ),
    # So they are where the query stands within another statement.
    (
        "create or replace table main.s.t as with main as (select * from main.raw.x)"
        " select main.address.city from main",
        "create or replace table spark_catalog.s.t as with main as (select * from"
        " spark_catalog.raw.x) select main.address.city from main",
    ),
    (
        "insert into main.s.t select main.x.y from main.c.d main",
        "insert into spark_catalog.s.t select main.x.y from spark_catalog.c.d main",
    ),
    (
        "create view if not exists main.s.v as select a, main.x.y from main.c.d main"
        " where main.x.z = 1",
        "create view if not exists spark_catalog.s.v as select a, main.x.y from"
        " spark_catalog.c.d main where main.x.z = 1",
    ),
    (
        "explain select main.x.y from main.c.d main",
        "explain select main.x.y from spark_catalog.c.d main",
    ),
]
UNTOUCHED = [
    "select 'main.s.t', \"main.s.t\", 'it\\'s main.s.t' from t -- main.s.t",
    "select /* main.s.t /* main.s.t */ */ r'\\' from t",
    "with main as (select 1 as x) select main.x from main",
    "select main.a.b from t as main",
    "select main.a.b from t main join u on main.a.b = u.x",
    "select main from t",
    "select x.main.s.t from y",
    "select * from main.t",
    "select * from `main.s.t`",
    "select :main.s.t",
    "use main",
    "create table s.main (a int)",
    "select 'not closed, main.s.t",
]


@pytest.mark.parametrize(("statement", "expected"), RENAMED)
def test_is_renamed_where_it_is_the_catalog(statement: str, expected: str) -> None:
    assert rename_catalog(statement) == expected


@pytest.mark.parametrize("statement", UNTOUCHED)
def test_stays_where_it_is_something_else(statement: str) -> None:
    assert rename_catalog(statement) == statement


@pytest.mark.parametrize(
    "text",
    [
        "select * from `main`.`s`.`t` -- it's `main`",
        "select 'spark_catalog.s.t', x from main.s.t",
        "(select current_date)",
    ],
)
def test_a_view_comes_back_as_it_was_written(text: str) -> None:
    assert from_spark(rename_catalog(text)) == text


quote_free = st.text(st.characters(exclude_characters="'\\\n*/"), max_size=30)
pieces = st.one_of(
    quote_free.map(lambda text: f"'{text} main.s.t'"),
    quote_free.map(lambda text: f"/* {text} main.s.t */"),
    quote_free.map(lambda text: f"-- {text.replace(chr(13), ' ')} main.s.t\n"),
    st.sampled_from(
        ["main.s.t", "`main`.`s`.`t`", "x", ",", "main", "1.5", "=", "(a)"]
    ),
)


@given(st.lists(pieces, max_size=12))
def test_literals_and_comments_never_change(parts: list[str]) -> None:
    statement = "select " + " ".join(parts)
    renamed = rename_catalog(statement)
    for part in parts:
        if part[0] in "'/-":
            assert part in renamed
    assert renamed.replace("spark_catalog", "main") == statement


@given(st.text(max_size=60))
def test_nothing_else_changes_whatever_comes(text: str) -> None:
    if "current_catalog" not in text.lower():
        assert rename_catalog(text).replace("spark_catalog", "main").lower() == (
            text.replace("spark_catalog", "main").lower()
        )
