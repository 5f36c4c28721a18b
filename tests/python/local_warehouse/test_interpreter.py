"""Statements of Databricks against real Spark and Delta."""

from __future__ import annotations

import json
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest

from local_warehouse.catalog import metadata
from local_warehouse.catalog.recorded import Recorded
from local_warehouse.catalog.relations import SparkCatalog
from local_warehouse.errors import StatementError

pytestmark = [
    pytest.mark.warehouse,
    # PySpark leaves sockets and subprocesses open.
    pytest.mark.filterwarnings("ignore::ResourceWarning"),
    pytest.mark.filterwarnings("ignore::pytest.PytestUnraisableExceptionWarning"),
]

SCHEMA = "main.information_schema"


@pytest.fixture
def tables(client: Any) -> Any:
    """A parent and a child with keys, and a view."""
    client.rows(
        "create table main.s.parent (id bigint comment 'it\\'s', n string,"
        " constraint parent_pk primary key (id) rely) using delta cluster by (n)"
        " comment 'main.s.x' tblproperties ('p' = 'q')"
    )
    client.rows(
        "create or replace table `main`.`s`.`child` (id bigint not null primary key,"
        " parent_id bigint references main.s.parent comment 'c')"
    )
    client.rows(
        "create or replace view main.s.v (id comment 'x', t) comment 'view' as (select"
        " id, 'main.s.t' as t from `main`.`s`.`parent` -- it's main.s.t\n)"
    )
    return client


def error_of(client: Any, statement: str) -> StatementError:
    with pytest.raises(StatementError) as caught:
        client.rows(statement)
    assert "spark_catalog" not in str(caught.value)
    return caught.value


def described(client: Any, name: str) -> dict[str, Any]:
    found: dict[str, Any] = json.loads(
        client.column(f"describe table extended {name} as json")[0]
    )
    return found


def test_the_catalog_is_main(tables: Any) -> None:
    tables.rows("use catalog `main`")
    tables.rows("use main.s")
    assert tables.rows("select current_catalog(), current_schema()") == [
        {"current_catalog()": "main", "current_schema()": "s"}
    ]
    assert tables.column("show catalogs") == ["main", "system"]
    assert "s" in tables.column("show schemas in `main`")
    names = [row["tableName"] for row in tables.rows("show tables in main.s")]
    assert names == ["child", "parent", "v"]
    rows = {row["col_name"]: row["data_type"] for row in tables.rows("desc extended v")}
    assert (rows["Catalog"], rows["Database"], rows["Table"]) == ("main", "s", "v")
    rows = {
        row["col_name"]: row["data_type"]
        for row in tables.rows("describe table extended main.s.parent")
    }
    assert (rows["Catalog"], rows["Database"], rows["Table"]) == ("main", "s", "parent")


def test_parameters(tables: Any) -> None:
    tables.rows("insert into main.s.parent values (1, 'a'), (2, 'b')")
    by_name = "select n from main.s.parent where id = :id"
    assert tables.rows(by_name, {"id": 2}) == [{"n": "b"}]
    assert tables.rows("select n from main.s.parent where id = ?", [1]) == [{"n": "a"}]
    question = f"select table_name from {SCHEMA}.tables where table_name = :name"
    assert tables.rows(question, {"name": "v"}) == [{"table_name": "v"}]


ERRORS = {
    "select * from main.s.nothing": "42P01",
    "alter table main.s.nothing set tags ('a' = 'b')": "42P01",
    "alter table main.s.parent alter column z set tags ('a' = 'b')": "42703",
    "grant select on main.s.nothing to x": "42P01",
    "grant select on schema main.nothing to x": "42704",
    "comment on column main.s.nothing.x is 'y'": "42P01",
    "alter table main.s.nothing add primary key (id)": "42P01",
    "describe table extended main.s.nothing as json": "42P01",
    "use catalog nothing": "42P08",
    "use main.nothing": "42704",
    "alter table main.s.parent cluster by auto": "42601",
    "select * from main.s.v qualify 1 = 1": "42601",
    "alter table main.s.child set row filter f on (id)": "42601",
    "selec 1": "42601",
}


def test_errors_are_sparks_own(tables: Any) -> None:
    states = {each: error_of(tables, each).sql_state for each in ERRORS}
    assert states == ERRORS


def test_keys_are_described(tables: Any) -> None:
    parent, child = (
        described(tables, "main.s.parent"),
        described(tables, "main.s.child"),
    )
    assert parent["table_constraints"] == "[(parent_pk,PRIMARY KEY (`id`))]"
    assert child["table_constraints"] == (
        "[(child_pk,PRIMARY KEY (`id`)), (child_parent_fk,FOREIGN KEY (`parent_id`)"
        " REFERENCES `main`.`s`.`parent` (`id`))]"
    )
    nullable = {column["name"]: column["nullable"] for column in parent["columns"]}
    assert nullable == {"id": False, "n": True}


def test_a_table_is_described(tables: Any) -> None:
    found = described(tables, "main.s.parent")
    assert found["comment"] == "main.s.x"
    assert found["clustering_columns"] == ["n"]
    assert found["table_properties"]["p"] == "q"
    assert found["columns"][0] == {
        "name": "id",
        "type": {"name": "bigint"},
        "nullable": False,
        "comment": "it's",
    }


def test_views_keep_their_text(tables: Any) -> None:
    text = "(select id, 'main.s.t' as t from `main`.`s`.`parent` -- it's main.s.t\n)"
    assert described(tables, "main.s.v")["view_text"] == text
    assert tables.column(f"select view_definition from {SCHEMA}.views") == [text]
    tables.rows("create or replace temporary view tmp as select * from main.s.v")
    assert described(tables, "tmp")["view_text"] == "select * from main.s.v"


def test_keys_change(tables: Any, recorded: Recorded) -> None:
    drop = "alter table main.s.parent drop constraint parent_pk"
    assert "non empty child constraints" in str(error_of(tables, drop))
    tables.rows(f"{drop} cascade")
    assert [key.name for key in recorded.all_keys()] == ["child_pk"]
    tables.rows("alter table main.s.parent add constraint again primary key (id)")
    nullable = "alter table main.s.child add foreign key (parent_id) references main.s"
    tables.rows(f"{nullable}.parent (id) not enforced")
    assert len(recorded.all_keys()) == 3
    tables.rows("alter table main.s.child drop foreign key (parent_id)")
    tables.rows("alter table main.s.child drop primary key if exists")
    tables.rows("alter table main.s.child drop primary key if exists")
    refused = error_of(tables, "alter table main.s.child add primary key (parent_id)")
    assert "is nullable" in str(refused)


def test_nothing_is_recorded_where_spark_fails(tables: Any, recorded: Recorded) -> None:
    before = recorded.all_keys()
    error_of(tables, "create table main.s.bad (a nonsense primary key)")
    error_of(tables, "create table main.s.parent (other int primary key)")
    error_of(
        tables, "create table main.s.x (a int, foreign key (a) references main.s.v)"
    )
    tables.rows("create table if not exists main.s.parent (other int primary key)")
    assert recorded.all_keys() == before
    assert "x" not in tables.column("show tables in main.s")


def test_checks_are_deltas(tables: Any) -> None:
    tables.rows("alter table main.s.parent add constraint positive check (id > 0)")
    query = f"select constraint_name, check_clause from {SCHEMA}.check_constraints"
    assert tables.rows(query) == [
        {"constraint_name": "positive", "check_clause": "id > 0"}
    ]
    error_of(tables, "insert into main.s.parent values (-1, 'a')")
    tables.rows("alter table main.s.parent drop constraint if exists positive")
    tables.rows("insert into main.s.parent values (-1, 'a')")
    missing = error_of(tables, "alter table main.s.parent drop constraint positive")
    assert "DELTA_CONSTRAINT_DOES_NOT_EXIST" in str(missing)


def test_comments(tables: Any) -> None:
    tables.rows("comment on column main.s.parent.`n` is 'it\\'s n'")
    tables.rows("comment on column main.s.v.`t` is 'it\\'s t'")
    tables.rows("COMMENT ON VIEW main.s.v IS 'a\\\\b'")
    tables.rows("COMMENT ON TABLE main.s.parent IS 'c'")
    comments = f"select column_name, comment from {SCHEMA}.columns where table_schema ="
    rows = tables.rows(f"{comments} 's' and table_name in ('parent', 'v')")
    found = {row["column_name"]: row["comment"] for row in rows}
    assert (found["n"], found["t"]) == ("it's n", "it's t")
    comments = (
        f"select table_name, comment from {SCHEMA}.tables where table_schema = 's'"
    )
    assert {row["table_name"]: row["comment"] for row in tables.rows(comments)} == {
        "parent": "c",
        "child": None,
        "v": "a\\b",
    }
    assert tables.column("select t from main.s.v") == []
    assert tables.column("select current_schema()") == ["default"]


def test_tags_and_grants_follow_a_table(tables: Any) -> None:
    tables.rows("alter table main.s.child set tags ('area' = 'x')")
    tables.rows("alter table main.s.child alter column `ID` set tags ('pii' = 'no')")
    tables.rows("grant select on table main.s.child to `some group`")
    tables.rows("grant use schema on schema main.s to everyone")
    tables.rows("alter table main.s.child rename to main.s.child2")
    tables.rows("alter table main.s.child2 rename to `child3`")
    tables.rows("create or replace table main.s.child3 as select 1 as id, 2 as x")
    grants = [
        {
            "Principal": "some group",
            "ActionType": "SELECT",
            "ObjectType": "TABLE",
            "ObjectKey": "main.s.child3",
        },
        {
            "Principal": "everyone",
            "ActionType": "USE SCHEMA",
            "ObjectType": "SCHEMA",
            "ObjectKey": "main.s",
        },
    ]
    assert tables.rows("show grants on main.s.child3") == grants
    tags = f"select column_name, tag_name from {SCHEMA}.column_tags"
    assert tables.rows(tags) == [{"column_name": "id", "tag_name": "pii"}]
    tables.rows("revoke select on main.s.child3 from `some group`")
    assert tables.rows("show grants on main.s.child3") == grants[1:]
    tables.rows("drop table main.s.child3")
    tables.rows("create table main.s.child3 as select 1 as id")
    assert tables.rows(tags) == []


def test_a_column_takes_its_records_along(client: Any, recorded: Recorded) -> None:
    client.rows(
        "create table main.s.t (id int primary key, x int) tblproperties"
        " ('delta.columnMapping.mode' = 'name')"
    )
    client.rows("alter table main.s.t alter column x set tags ('a' = 'b')")
    client.rows("alter table main.s.t rename column id to code")
    assert recorded.all_keys()[0].columns == ("code",)
    refused = error_of(client, "alter table main.s.t drop column code")
    assert "part of the keys (`t_pk`)" in str(refused)
    client.rows("alter table main.s.t drop columns (x)")
    assert recorded.tags() == []


def test_a_temporary_view_hides_nothing(tables: Any, recorded: Recorded) -> None:
    tables.rows("use main.s")
    tables.rows("create or replace temporary view parent as select 1 as x")
    tables.rows("drop view parent")
    assert recorded.all_keys()[0].name == "parent_pk"
    before = recorded.all_keys()
    tables.rows("create or replace temporary view tmp as select 1 as x")
    tables.rows("alter view tmp rename to child")
    tables.rows("alter view child rename to other")
    assert recorded.all_keys() == before


def test_a_table_dropped_while_it_is_read(tables: Any) -> None:
    catalog = SparkCatalog(tables.spark)
    [listed] = [each for each in catalog.relations("s") if each.name.table == "child"]
    tables.rows("drop table main.s.child")
    assert catalog.detailed(listed) is None
    assert catalog.relation(listed.name) is None


def test_dbt_reads_columns_from_show_table_extended(tables: Any) -> None:
    rows = tables.rows("SHOW TABLE EXTENDED IN `main`.`s` LIKE 'parent|v|nothing'")
    assert [row["tableName"] for row in rows] == ["parent", "v"]
    assert " |-- id: bigint (nullable = false)\n" in rows[0]["information"]
    assert "Type: VIEW" in rows[1]["information"]
    assert len(tables.rows("show table extended in main.s like '*'")) == 3


def test_inserts_that_replace(client: Any) -> None:
    def rows() -> list[tuple[Any, ...]]:
        found = client.rows("select id, n, day from main.s.t order by id, n")
        return [tuple(row.values()) for row in found]

    client.rows("create table main.s.t (id int, n string, day int)")
    client.rows("insert into main.s.t values (1, 'a', 1), (1, 'b', 1), (2, 'c', 2)")
    client.rows("insert into main.s.t values (null, 'null', 3)")
    client.rows(
        "insert into table main.s.t as t replace on (t.`id` <=> s.`key`) (select 1 as"
        " key, 'new' as x, 9 as y union all select 1, 'too', 9 union all select null,"
        " 'nil', 9 union all select 4, 'd', 4) as s"
    )
    replaced = [
        (None, "nil", 9),
        (1, "new", 9),
        (1, "too", 9),
        (2, "c", 2),
        (4, "d", 4),
    ]
    assert rows() == replaced
    client.rows("create temporary view tmp as select 4 as day, 'e' as n, 5 as id")
    client.rows("insert into main.s.t by name replace where day = 4 table tmp")
    assert rows() == [*replaced[:-1], (5, "e", 4)]
    outside = "insert into main.s.t by name replace where day = 1 table tmp"
    assert "DELTA_REPLACE_WHERE_MISMATCH" in str(error_of(client, outside))
    client.rows("create temporary view more as select *, 1 as other from tmp")
    error_of(client, "insert into main.s.t by name replace where day = 4 table more")
    few = "insert into main.s.t as t replace on (t.id = s.id) (select 1 as id) as s"
    assert error_of(client, few).sql_state == "21S01"
    operations = client.rows("describe history main.s.t")
    assert [row["operation"] for row in operations][:2] == ["WRITE", "MERGE"]


def test_clients_metadata(tables: Any) -> None:
    spark = tables.spark
    assert metadata.catalogs().to_pylist() == [{"TABLE_CAT": "main"}]
    schemas = metadata.schemas(spark, "main", "s%").to_pylist()
    assert schemas == [{"TABLE_SCHEM": "s", "TABLE_CATALOG": "main"}]
    assert metadata.schemas(spark, "other", None).num_rows == 0
    found = metadata.tables(spark, None, "s", "%", ["TABLE"]).to_pylist()
    assert [row["TABLE_NAME"] for row in found] == ["child", "parent"]
    found = metadata.tables(spark, "main", "s", "v", None).to_pylist()
    assert (found[0]["TABLE_TYPE"], found[0]["REMARKS"]) == ("VIEW", "view")
    columns = metadata.columns(spark, "main", "s", "parent", "_").to_pylist()
    assert [(row["COLUMN_NAME"], row["TYPE_NAME"]) for row in columns] == [
        ("n", "STRING")
    ]
    columns = metadata.columns(spark, "main", "s", "par\\_nt", None)
    assert columns.num_rows == 0


def test_many_sessions_at_once(client: Any, spark: Any, recorded: Recorded) -> None:
    def work(number: int) -> list[Any]:
        session = spark.newSession()

        def run(statement: str) -> Any:
            return client.interpreter.run(session, statement)

        run("use main.s")
        run(f"create or replace table main.s.t{number} (id int primary key)")
        run(f"create or replace temporary view tmp as select {number} as x")
        run(f"insert into t{number} select x from tmp")
        rows: list[Any] = run(f"select id from main.s.t{number}").collect()
        return [row[0] for row in rows]

    with ThreadPoolExecutor(4) as pool:
        assert list(pool.map(work, range(8))) == [[number] for number in range(8)]
    assert sorted(key.name for key in recorded.all_keys()) == [
        f"t{number}_pk" for number in range(8)
    ]
