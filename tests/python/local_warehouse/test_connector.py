"""The official `databricks-sql-connector` as a client of its own: what it reads."""

from __future__ import annotations

import datetime
import json
import time
from decimal import Decimal
from typing import Any

import pyarrow as pa
import pytest
from databricks.sql import exc
from databricks.sql.parameters import native

from tests.python.support.warehouse import SOON, Warehouse, rows

pytestmark = pytest.mark.warehouse


TYPES = [
    ("true", "boolean", True),
    ("cast(-128 as tinyint)", "tinyint", -128),
    ("cast(32767 as smallint)", "smallint", 32767),
    ("2147483647", "int", 2147483647),
    ("9223372036854775807", "bigint", 9223372036854775807),
    ("cast(0.5 as float)", "float", 0.5),
    ("cast(0.1 as double)", "double", 0.1),
    (
        "cast('-12345678901234567890.123456789012345678' as decimal(38,18))",
        "decimal",
        Decimal("-12345678901234567890.123456789012345678"),
    ),
    ("'it''s ü, محمد and ''quotes'''", "string", "it's ü, محمد and 'quotes'"),
    ("x'00ff'", "binary", b"\x00\xff"),
    ("date'2024-02-29'", "date", datetime.date(2024, 2, 29)),
    (
        "timestamp'2024-01-01 10:00:00.123456'",
        "timestamp",
        datetime.datetime(2024, 1, 1, 10, 0, 0, 123456, datetime.UTC),
    ),
    (
        "timestamp_ntz'2024-01-01 10:00:00'",
        "timestamp",
        datetime.datetime(2024, 1, 1, 10, 0),
    ),
    ("null", "null", None),
    ("cast(null as decimal(10,2))", "decimal", None),
    ("array(1, null, 3)", "array", [1, None, 3]),
    ("map('a', 1.5, 'b', null)", "map", [("a", Decimal("1.5")), ("b", None)]),
    (
        "named_struct('n', 1, 'inner', array(named_struct('d', date'2024-01-01')))",
        "struct",
        {"n": 1, "inner": [{"d": datetime.date(2024, 1, 1)}]},
    ),
    ("interval '1 02:03:04' day to second", "string", None),
    ("interval 3 month", "string", "INTERVAL '3' MONTH"),
    ("parse_json('{\"a\": [1, null]}')", "string", '{"a":[1,null]}'),
    ("time'10:20:30'", "string", "10:20:30"),
]


def test_types(cursor: Any) -> None:
    listed = ", ".join(f"{sql} as c{at}" for at, (sql, _, _) in enumerate(TYPES))
    cursor.execute(f"select {listed}")
    table = cursor.fetchall_arrow()
    [row] = table.to_pylist()
    for at, (sql, name, value) in enumerate(TYPES):
        assert cursor.description[at][1] == name, sql
        if value is not None:
            assert row[f"c{at}"] == value, sql
    assert cursor.description[7][4:6] == (38, 18)
    assert table.schema.field("c7").type == pa.decimal128(38, 18)
    assert table.schema.field("c11").type == pa.timestamp("us", "UTC")
    assert row["c13"] is row["c14"] is None
    assert "1 02:03:04" in row["c18"]


def test_same_types_as_python_rows(cursor: Any) -> None:
    [(number, moment, text)] = rows(
        cursor, "select 1.50, timestamp'2024-01-01 10:00:00', null"
    )
    assert (number, text) == (Decimal("1.50"), None)
    assert moment == datetime.datetime(2024, 1, 1, 10, tzinfo=datetime.UTC)


def test_nested_values_as_text_for_clients_that_want_it(warehouse: Warehouse) -> None:
    with (
        warehouse.connection(_use_arrow_native_complex_types=False) as connection,
        connection.cursor() as cursor,
    ):
        [(array, struct)] = rows(cursor, "select array(1, 2), struct(1 as a, 'x' as b)")
    assert (json.loads(array), json.loads(struct)) == ([1, 2], {"a": 1, "b": "x"})


def test_answers_without_rows_or_columns(cursor: Any) -> None:
    assert rows(cursor, "create or replace temporary view one as select 1 as a") == []
    assert rows(cursor, "select * from one where a > 1") == []


MILLION = 1_000_000


def test_a_million_rows_in_pages(
    warehouse: Warehouse, cursor: Any, figures: list[str]
) -> None:
    cursor.arraysize = 70_000
    start = time.monotonic()
    cursor.execute(
        f"select id, id * 2 as twice, cast(id as string) as text from range({MILLION})"
    )
    pages = []
    while (page := cursor.fetchmany_arrow(70_000)).num_rows:
        pages.append(page)
    seconds = time.monotonic() - start
    figures.append(
        f"{MILLION:,} rows through the connector: {len(pages)} pages, {seconds:.1f} s"
    )
    assert [page.num_rows for page in pages] == [70_000] * 14 + [20_000]
    table = pa.concat_tables(pages)
    assert table["id"].to_pylist() == list(range(MILLION))
    assert sum(table["twice"].to_pylist()) == MILLION * (MILLION - 1)
    assert table["text"][-1].as_py() == str(MILLION - 1)


def test_a_million_rows_at_once(cursor: Any) -> None:
    cursor.execute(f"select id from range({MILLION})")
    table = cursor.fetchall_arrow()
    assert table["id"].to_pylist() == list(range(MILLION))


def test_fetching_in_steps(cursor: Any) -> None:
    cursor.execute("select id from range(10)")
    assert cursor.fetchone() == (0,)
    assert [row.id for row in cursor.fetchmany(4)] == [1, 2, 3, 4]
    assert cursor.fetchmany_arrow(3)["id"].to_pylist() == [5, 6, 7]
    assert cursor.fetchall_arrow()["id"].to_pylist() == [8, 9]
    assert cursor.fetchone() is None


VALUES: list[tuple[object, str]] = [
    (1, "int"),
    (2**40, "bigint"),
    (0.1, "double"),
    (True, "boolean"),
    ('it\'s; -- "quoted" \\ `so` ? :name\n', "string"),
    (Decimal("-1.50"), "decimal(4,2)"),
    (datetime.date(2024, 2, 29), "date"),
    (datetime.datetime(2024, 1, 1, 2, 3, 4, 5, datetime.UTC), "timestamp"),
    (None, "void"),
    ([1, 2, 3], "array<int>"),
    ([], "array<void>"),
    (native.TinyIntParameter(-1), "tinyint"),
    (native.SmallIntParameter(1), "smallint"),
    (native.BigIntegerParameter(1), "bigint"),
    (native.FloatParameter(0.5), "float"),
    (native.TimestampNTZParameter(datetime.datetime(2024, 1, 1)), "timestamp_ntz"),
]


def plain(value: object) -> object:
    return getattr(value, "value", value)


def test_positional_parameters(cursor: Any) -> None:
    # All at once: Spark itself mixes up more than four.
    # The connector cannot read two columns of one name.
    listed = ", ".join(f"? as v{at}, typeof(?) as t{at}" for at in range(len(VALUES)))
    sent = [value for value, _ in VALUES for _ in range(2)]
    [row] = rows(cursor, f"select {listed} -- ?", sent)
    received = [list(cell) if hasattr(cell, "tolist") else cell for cell in row]
    expected = [cell for value, kind in VALUES for cell in (plain(value), kind)]
    assert received == expected


def test_named_parameters(cursor: Any) -> None:
    for value, kind in VALUES:
        if isinstance(value, native.DbsqlParameterBase):
            value.name = "x"
        given = [value] if hasattr(value, "value") else {"x": value}
        [(cell, seen)] = rows(cursor, "select :x as v, typeof(:x) as t", given)
        assert (list(cell) if hasattr(cell, "tolist") else cell) == plain(value)
        assert seen == kind
        if hasattr(value, "name"):
            value.name = None


def test_parameters_in_every_place(cursor: Any) -> None:
    rows(cursor, "create or replace table parameters (a int, b string, c date)")
    day = datetime.date(2024, 1, 1)
    sent = [1, "x", day, 2, "y", None, 3, None, day]
    rows(cursor, "insert into parameters values (?, ?, ?), (?, ?, ?), (?, ?, ?)", sent)
    found = rows(cursor, "select * from parameters order by a")
    assert found == [(1, "x", day), (2, "y", None), (3, None, day)]
    statement = "select a from parameters where b = :b or array_contains(:list, a)"
    found = rows(cursor, f"{statement} order by a", {"b": "x", "list": [3]})
    assert found == [(1,), (3,)]


def test_timestamp_parameter_is_of_the_sessions_time_zone(warehouse: Warehouse) -> None:
    moment = datetime.datetime(2024, 1, 1, 10)
    with (
        warehouse.connection(
            session_configuration={"timezone": "Africa/Cairo"}
        ) as connection,
        connection.cursor() as cursor,
    ):
        [(same, seen)] = rows(
            cursor,
            "select :t = timestamp'2024-01-01 10:00:00', cast(:t as string)",
            {"t": moment},
        )
    assert (same, seen) == (True, "2024-01-01 10:00:00")


@pytest.mark.parametrize(
    ("statement", "parameters", "message"),
    [
        ("select :x", {"y": 1}, "[UNBOUND_SQL_PARAMETER]"),
        ("select ?, ?", [1], "[UNBOUND_SQL_PARAMETER]"),
        ("select :x", [native.IntegerParameter("one", "x")], "[CAST_INVALID_INPUT]"),
    ],
)
def test_wrong_parameters(
    cursor: Any, statement: str, parameters: Any, message: str
) -> None:
    with pytest.raises(exc.ServerOperationError) as raised:
        cursor.execute(statement, parameters)
    assert str(raised.value).startswith(message)
    assert rows(cursor, "select 1") == [(1,)]


ERRORS = [
    ("select * from main.a.nowhere", "TABLE_OR_VIEW_NOT_FOUND", "42P01"),
    ("select a from values (1) as t(b)", "UNRESOLVED_COLUMN.WITH_SUGGESTION", "42703"),
    ("selec 1", "PARSE_SYNTAX_ERROR", "42601"),
    ("select 1 / (id - 5) from range(10)", "DIVIDE_BY_ZERO", "22012"),
    ("select cast('x' as int)", "CAST_INVALID_INPUT", "22018"),
    ("select raise_error('my own')", "USER_RAISED_EXCEPTION", "P0001"),
    ("select no_such_function(1)", "UNRESOLVED_ROUTINE", "42883"),
    ("use catalog nowhere", "CATALOG_NOT_FOUND", "42P08"),
]


@pytest.mark.parametrize(
    ("statement", "error_class", "state"), ERRORS, ids=[each[1] for each in ERRORS]
)
def test_errors(cursor: Any, statement: str, error_class: str, state: str) -> None:
    with pytest.raises(exc.ServerOperationError) as raised:
        rows(cursor, statement)
    message = str(raised.value)
    assert message.startswith(f"[{error_class}] ")
    assert f"SQLSTATE: {state}" in message
    assert "spark_catalog" not in message
    assert "\tat " not in message
    assert rows(cursor, "select 1") == [(1,)]


def test_sqlstate_is_in_the_protocol_too(cursor: Any) -> None:
    cursor.execute_async("select 1 / 0")
    deadline = time.monotonic() + SOON
    with pytest.raises(exc.ServerOperationError):
        while cursor.is_query_pending() and time.monotonic() < deadline:
            time.sleep(0.1)
        cursor.get_async_execution_result()


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"catalog": "nowhere"}, "[CATALOG_NOT_FOUND]"),
        ({"session_configuration": {"timezone": "Nowhere/X"}}, "[INVALID_CONF_VALUE"),
        ({"session_configuration": {"no_such": "1"}}, "[CONFIG_NOT_AVAILABLE]"),
    ],
)
def test_session_that_cannot_be_opened(
    warehouse: Warehouse, options: dict[str, Any], message: str
) -> None:
    with (
        pytest.raises(exc.DatabaseError) as raised,
        warehouse.connection(**options),
    ):
        pass
    assert message in str(raised.value)
