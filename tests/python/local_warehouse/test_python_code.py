"""Python code of clients: `main` is Spark's own catalog, and nothing else changes."""

from __future__ import annotations

from typing import Any

import pytest

from local_warehouse.endpoint.python_code import PythonError, run


class Spark:
    """Notes what it is called with."""

    def __init__(self) -> None:
        self.calls: list[object] = []

    def table(self, name: str) -> Spark:
        self.calls.append(name)
        return self

    def sql(self, query: str, args: dict[str, str] | None = None) -> Spark:
        self.calls += [query] if args is None else [query, args]
        return self

    table.__module__ = sql.__module__ = "pyspark.fake"


class Other(Spark):
    """Something else with a method of the same name."""

    def table(self, name: str) -> Spark:
        return super().table(name)


def calls(code: str) -> list[object]:
    """Run code; return what it has called Spark with."""
    variables: dict[str, Any] = {"spark": Spark(), "other": Other()}
    run(code, variables)
    return [*variables["spark"].calls, *variables["other"].calls]


@pytest.mark.parametrize(
    ("name", "seen"),
    [
        ("main.marts.orders", "spark_catalog.marts.orders"),
        ("`main`.`marts`.`orders`", "`spark_catalog`.`marts`.`orders`"),
        ("MAIN.marts.orders", "spark_catalog.marts.orders"),
        ("marts.orders", "marts.orders"),
        ("main.orders", "main.orders"),
        ("other.marts.orders", "other.marts.orders"),
        ("domain.marts.orders", "domain.marts.orders"),
    ],
)
def test_table_names(name: str, seen: str) -> None:
    ways = ["spark.table(%r)", "spark.table(name=%r)", "load = spark.table; load(%r)"]
    for way in ways:
        assert calls(way % name) == [seen]


def test_names_that_are_computed() -> None:
    code = """
class Loader:
    def load(self, table):
        return spark.table(f"main.marts.{table}")

Loader().load("orders")
"""
    assert calls(code) == ["spark_catalog.marts.orders"]


def test_text_of_sql() -> None:
    query = "select 'main.a.b' as main from main.a.b join main.a.c using (d)"
    seen = query.replace("from main", "from spark_catalog").replace(
        "join main", "join spark_catalog"
    )
    assert calls(f"spark.sql({query!r})") == [seen]
    assert calls("t = 'main.a.b'; spark.sql(f'select 1 from {t}')") == [
        "select 1 from spark_catalog.a.b"
    ]


def test_values_stay() -> None:
    code = "spark.sql('select :x', args={'x': 'main.a.b'})"
    assert calls(code) == ["select :x", {"x": "main.a.b"}]
    variables: dict[str, Any] = {}
    run("name = 'main.a.b'", variables)
    assert variables["name"] == "main.a.b"


def test_methods_of_others_stay() -> None:
    assert calls("other.table('main.a.b')") == ["main.a.b"]


def test_traceback_is_that_of_the_code() -> None:
    code = "def divide(x):\n    return 1 / x\n\ndivide(0)\n"
    with pytest.raises(PythonError) as raised:
        run(code, {})
    assert raised.value.summary == "ZeroDivisionError: division by zero"
    lines = raised.value.cause.splitlines()
    assert "line 4, in <module>" in lines[1]
    assert lines[2].strip() == "divide(0)"
    assert "line 2, in divide" in lines[3]
    assert lines[4].strip() == "return 1 / x"
    assert "python_code.py" not in raised.value.cause


@pytest.mark.parametrize(
    ("code", "summary"),
    [
        ("import sys; sys.exit(3)", "SystemExit: 3"),
        ("raise KeyboardInterrupt", "KeyboardInterrupt"),
        ("def", "SyntaxError: invalid syntax"),
        ("raise ValueError()", "ValueError"),
    ],
)
def test_whatever_code_raises_is_told(code: str, summary: str) -> None:
    with pytest.raises(PythonError) as raised:
        run(code, {})
    assert raised.value.summary == summary
