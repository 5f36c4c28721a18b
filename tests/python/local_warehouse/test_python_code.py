"""Python code of clients: `main` is Spark's own catalog, and nothing else changes."""

from __future__ import annotations

from typing import Any

import pytest

from local_warehouse.python_code import compiled


class Recorder:
    """Notes what is called with what."""

    def __init__(self) -> None:
        self.calls: list[str] = []

    def table(self, name: str) -> Recorder:
        self.calls.append(name)
        return self

    sql = saveAsTable = table  # noqa: N815


def run(code: str) -> tuple[list[str], dict[str, Any]]:
    """Run code with a fake `spark`; return its calls and its variables."""
    spark = Recorder()
    variables: dict[str, Any] = {"spark": spark}
    exec(compiled(code), variables)
    return spark.calls, variables


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
    calls, _ = run(f"spark.table({name!r})\nspark.saveAsTable({name!r})")
    assert calls == [seen, seen]


def test_text_of_sql() -> None:
    calls, _ = run(
        "spark.sql(\"select 'main.a.b' as main from main.a.b join main.a.c using (d)\")"
    )
    assert calls == [
        "select 'main.a.b' as main from spark_catalog.a.b join spark_catalog.a.c"
        " using (d)"
    ]


def test_other_strings_stay() -> None:
    _, variables = run('text = "from main.a.b on"\nname = "main"\n')
    assert variables["text"] == "from main.a.b on"
    assert variables["name"] == "main"


def test_formatted_sql_stays_code() -> None:
    calls, _ = run('t = "main.a.b"\nspark.sql(f"select * from {t}")')
    assert calls == ["select * from spark_catalog.a.b"]


def test_line_numbers_are_those_of_the_client() -> None:
    with pytest.raises(ZeroDivisionError) as raised:
        run('x = "main.a.b"\n\n1 / 0\n')
    assert raised.traceback[-1].lineno == 2  # counted from zero


def test_code_that_is_no_python() -> None:
    with pytest.raises(SyntaxError):
        compiled("def")
