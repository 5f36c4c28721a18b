"""What a client sees of what Spark raises."""

from __future__ import annotations

from types import SimpleNamespace

import pytest

from local_warehouse.errors import StatementError
from local_warehouse.spark_errors import as_statement_error


class SparkError(Exception):
    """As PySpark's exceptions: the whole story as text, and the state apart."""

    def __init__(self, text: str, state: str | None) -> None:
        super().__init__(text)
        self._state = state

    def getSqlState(self) -> str | None:  # noqa: N802
        return self._state


ANALYSIS = """\
[UNRESOLVED_COLUMN.WITH_SUGGESTION] A column with name `x` cannot be resolved. \
SQLSTATE: 42703; line 1 pos 7"""
PLAN = """;
'Project ['x]
+- SubqueryAlias spark_catalog.shop.orders
   +- Relation spark_catalog.shop.orders[id#1] parquet
"""
PARSER = """
[PARSE_SYNTAX_ERROR] Syntax error at or near 'selec'. SQLSTATE: 42601 (line 1, pos 0)

== SQL ==
selec 1
^^^
"""
RUNTIME = """\
[DIVIDE_BY_ZERO] Division by zero. SQLSTATE: 22012
== SQL (line 1, position 8) ==
select 1/0
       ^^^
"""
STACK = "\n\nJVM stacktrace:\norg.apache.spark.SparkArithmeticException\n\tat X"


def test_plan_is_cut_off_and_place_is_kept() -> None:
    seen = as_statement_error(SparkError(ANALYSIS + PLAN, "42703"))
    assert (seen.message, seen.sql_state) == (ANALYSIS, "42703")


@pytest.mark.parametrize(
    ("text", "state"), [(PARSER, "42601"), (RUNTIME + STACK, "22012")]
)
def test_class_and_marked_place_are_kept(text: str, state: str) -> None:
    seen = as_statement_error(SparkError(text, state))
    assert seen.message == text.removesuffix(STACK).strip()
    assert seen.sql_state == state


def test_catalog_has_the_name_that_clients_know() -> None:
    error = SparkError(
        "[TABLE_OR_VIEW_NOT_FOUND] `spark_catalog`.`a`.`b` cannot be found.", "42P01"
    )
    assert "`main`.`a`.`b` cannot" in as_statement_error(error).message


def test_error_without_state_has_the_general_one() -> None:
    assert as_statement_error(SparkError("broken", None)).sql_state == "HY000"
    assert as_statement_error(ValueError("broken")).sql_state == "HY000"


def test_error_without_text_names_its_kind() -> None:
    assert as_statement_error(KeyError()).message == "KeyError"


def test_exception_of_java_is_told_without_its_stack_trace() -> None:
    class JavaError(Exception):
        java_exception = SimpleNamespace(
            getMessage=lambda: "[CATALOG_NOT_FOUND] No `x`. SQLSTATE: 42P08"
        )

    seen = as_statement_error(JavaError("An error occurred while calling o1.sql"))
    assert seen.message == "[CATALOG_NOT_FOUND] No `x`. SQLSTATE: 42P08"
    assert seen.sql_state == "42P08"


def test_exception_of_java_without_a_message_names_its_kind() -> None:
    class JavaError(Exception):
        java_exception = SimpleNamespace(getMessage=lambda: None)

    seen = as_statement_error(JavaError("An error occurred while calling o1.sql"))
    assert seen.message == "JavaError"


def test_own_errors_stay_as_they_are() -> None:
    error = StatementError("[X] y", "0A000")
    assert as_statement_error(error) is error
