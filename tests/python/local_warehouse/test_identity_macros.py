"""The macros of identity resolution answer on Spark as they do on DuckDB."""

from typing import Any

import pytest

from tests.python.support.identity_cases import CASES
from tests.python.support.identity_macros import compiled, wrong
from tests.python.support.warehouse import rows

pytestmark = pytest.mark.warehouse


@pytest.fixture(scope="module")
def queries(tmp_path_factory: pytest.TempPathFactory) -> dict[str, str]:
    return compiled(tmp_path_factory.mktemp("macros"))


@pytest.mark.parametrize("macro", CASES)
def test_macro_answers(queries: dict[str, str], cursor: Any, macro: str) -> None:
    answers = rows(cursor, queries[macro])
    assert len(answers) == len(CASES[macro][1])
    assert wrong(answers) == []
