"""Which rule takes a statement, and what it makes of it."""

from __future__ import annotations

from pathlib import Path

import pytest

from local_warehouse.bridge.actions import (
    Action,
    AddKey,
    AskInformationSchema,
    Create,
    DescribeAsJson,
    DescribeExtended,
    Drop,
    DropColumns,
    DropKey,
    DropSchema,
    Rename,
    RenameColumn,
    RunOnSpark,
    Show,
    ShowCatalogs,
)
from local_warehouse.bridge.comments import CommentOnColumn, CommentOnTable
from local_warehouse.bridge.governance import (
    ChangeGrants,
    SetTags,
    ShowGrants,
    Target,
    UnsetTags,
)
from local_warehouse.bridge.inserts import ReplaceOn, ReplaceWhereByName
from local_warehouse.bridge.keys import KeyClause
from local_warehouse.bridge.rules import RULES, documented, translate
from local_warehouse.bridge.table_information import ShowTableExtended

TABLE = ("main", "s", "t")
SPARK = "spark_catalog.s.t"
CASES: list[tuple[str, Action]] = [
    ("select 1;", RunOnSpark("select 1;")),
    ("use catalog `main`", RunOnSpark("set catalog `spark_catalog`")),
    ("USE CATALOG other", RunOnSpark("set catalog `other`")),
    (
        "/* dbt */ select * from main.information_schema.tables",
        AskInformationSchema("/* dbt */ select * from main.information_schema.tables"),
    ),
    (
        "select 'main.information_schema.tables'",
        RunOnSpark("select 'main.information_schema.tables'"),
    ),
    (
        "describe table extended main.s.t as json",
        DescribeAsJson(TABLE, f"describe table extended {SPARK} as json"),
    ),
    ("desc extended main.s.t", DescribeExtended(f"desc extended {SPARK}")),
    ("describe main.s.t", RunOnSpark(f"describe {SPARK}")),
    ("show catalogs", ShowCatalogs()),
    ("show databases", Show("show databases", {"namespace": "databaseName"})),
    (
        "show tables in main.s",
        Show("show tables in spark_catalog.s", {"namespace": "database"}),
    ),
    (
        "show table extended in `main`.`s` like 'a|b*'",
        ShowTableExtended(("main", "s"), "a|b*"),
    ),
    (
        "alter table main.s.t add constraint k primary key (a, `b` timeseries) rely",
        AddKey(TABLE, KeyClause(("a", "b"), "k", is_relied_on=True)),
    ),
    (
        "alter table main.s.t add foreign key (a) references main.s.u (b) not enforced",
        AddKey(TABLE, KeyClause(("a",), None, ("main", "s", "u"), ("b",))),
    ),
    (
        "alter table main.s.t add constraint c check (a > 0)",
        RunOnSpark(f"alter table {SPARK} add constraint c check (a > 0)"),
    ),
    (
        "ALTER TABLE main.s.t DROP CONSTRAINT IF EXISTS k CASCADE;",
        DropKey(
            TABLE,
            "k",
            is_cascade=True,
            is_skipped_if_missing=True,
            sql=f"ALTER TABLE {SPARK} DROP CONSTRAINT IF EXISTS k CASCADE;",
        ),
    ),
    ("alter table main.s.t drop primary key", DropKey(TABLE)),
    (
        "alter table main.s.t drop foreign key if exists (a, b)",
        DropKey(TABLE, columns=("a", "b"), is_skipped_if_missing=True),
    ),
    (
        # As dbt-databricks writes its strategies delete+insert and insert_overwrite.
        "insert into table main.s.t as target replace on (target.`a` <=> temp.`a`)"
        " (select a from main.s.u where x = 'main.s.t') as temp",
        ReplaceOn(
            TABLE,
            "target",
            "(target.`a` <=> temp.`a`)",
            "(select a from spark_catalog.s.u where x = 'main.s.t')",
            "temp",
        ),
    ),
    (
        # As it writes replace_where and microbatch.
        "INSERT INTO main.s.t BY NAME\n REPLACE WHERE cast(a as timestamp) >= '2' and b"
        " in (select 1)\n TABLE `tmp`",
        ReplaceWhereByName(
            TABLE, "cast(a as timestamp) >= '2' and b in (select 1)", "TABLE `tmp`"
        ),
    ),
    ("drop table if exists main.s.t", Drop(f"drop table if exists {SPARK}", TABLE)),
    ("drop view v", Drop("drop view v", ("v",))),
    ("drop schema main.s", DropSchema("drop schema spark_catalog.s", "s")),
    (
        # Spark takes no catalog in a new name.
        "alter table main.s.t rename to main.s.u",
        Rename(f"alter table {SPARK} rename to s.u", TABLE, ("main", "s", "u")),
    ),
    (
        "alter view main.s.t rename to `u`",
        Rename(f"alter view {SPARK} rename to `u`", TABLE, ("u",)),
    ),
    (
        "alter table main.s.t rename column a to b",
        RenameColumn(f"alter table {SPARK} rename column a to b", TABLE, "a", "b"),
    ),
    (
        "alter table main.s.t drop columns (`a`, b)",
        DropColumns(f"alter table {SPARK} drop columns (`a`, b)", TABLE, ("a", "b")),
    ),
    (
        # Of a field within a column nothing is recorded.
        "alter table main.s.t drop column if exists a, b.c",
        DropColumns(f"alter table {SPARK} drop column if exists a, b.c", TABLE, ("a",)),
    ),
    (
        "comment on column main.s.t.`a` is 'it\\'s'",
        CommentOnColumn(TABLE, "a", "it's"),
    ),
    (
        "COMMENT ON VIEW main.s.t IS 'x'",
        CommentOnTable(TABLE, "x", f"COMMENT ON VIEW {SPARK} IS 'x'"),
    ),
    (
        "alter table main.s.t set tags ('a' = 'b', 'c')",
        SetTags(Target("TABLE", TABLE), {"a": "b", "c": ""}),
    ),
    (
        "alter view main.s.t alter column `c` unset tags ('a', 'b')",
        UnsetTags(Target("TABLE", TABLE, "c"), ("a", "b")),
    ),
    (
        "alter schema main.s set tags ('a' = 'b')",
        SetTags(Target("SCHEMA", ("main", "s")), {"a": "b"}),
    ),
    (
        "grant select, use schema on main.s.t to `some group`",
        ChangeGrants(
            Target("TABLE", TABLE),
            ("SELECT", "USE SCHEMA"),
            "some group",
            is_grant=True,
        ),
    ),
    (
        "revoke all privileges on schema main.s from x",
        ChangeGrants(
            Target("SCHEMA", ("main", "s")), ("ALL PRIVILEGES",), "x", is_grant=False
        ),
    ),
    ("show grants on main.s.t", ShowGrants(Target("TABLE", TABLE))),
    ("show grants `x` on catalog main", ShowGrants(Target("CATALOG", ("main",)), "x")),
    (
        "create or replace view main.s.t as select 1",
        Create(f"create or replace view {SPARK} as select 1", TABLE),
    ),
    (
        "create or replace temporary view t as select 1 from main.s.t",
        RunOnSpark(f"create or replace temporary view t as select 1 from {SPARK}"),
    ),
    (
        "create table if not exists main.s.t as select 1 as a",
        Create(
            f"create table if not exists {SPARK} as select 1 as a",
            TABLE,
            is_skipped_if_there=True,
        ),
    ),
]


@pytest.mark.parametrize(
    ("statement", "expected"), CASES, ids=lambda case: str(case)[:60]
)
def test_rule(statement: str, expected: Action) -> None:
    assert translate(statement) == expected


@pytest.mark.parametrize(
    "statement",
    [
        "alter table t cluster by auto",
        "alter table t drop columns (a.b)",
        "alter table t drop columns (a",
        "alter table t set row filter f on (a)",
        "insert into t replace where a = 1 select 1 as a",
        "insert into t replace using (a) select 1 as a",
        "alter table t set tags (1 = 2)",
        "grant select on t",
        "show grants",
        "comment on column a is 'b'",
        "alter table t add constraint k primary key (a) something else",
    ],
)
def test_what_no_rule_knows_goes_to_spark_as_it_is(statement: str) -> None:
    assert translate(statement) == RunOnSpark(statement)


def test_rules_can_be_listed() -> None:
    assert len({rule.name for rule in RULES}) == len(RULES)
    assert all(rule.statements and rule.does for rule in RULES)


def test_the_rules_are_documented() -> None:
    guide = Path(__file__).parents[3] / "docs" / "local-warehouse.md"
    assert "\n".join(documented()) in guide.read_text(encoding="utf-8")
