"""The macros that score buyers answer on Spark as the published formulas do."""

from typing import Any

import jinja2
import pytest

from tests.python.support.dbt_project import REPOSITORY
from tests.python.support.warehouse import rows
from tests.python.value import exact
from tests.python.value.buyers import BUYERS, LIMITS, MODELS
from tests.python.value.exact import Buyer, Model

pytestmark = pytest.mark.warehouse

MACROS = [
    *sorted((REPOSITORY / "macros/value").glob("*.sql")),
    *(
        REPOSITORY / f"macros/engine/{name}.sql"
        for name in ("over_values", "reduce_list", "transform_list")
    ),
]
SCORES = """
select
    {{ probability_alive('purchases', 'recency', 'age', 'model') }},
    {{ still_buying_rate('purchases', 'age', 'horizon', 'model') }},
    {{ expected_purchases_if_alive('purchases', 'age', 'horizon', 'model') }}
from cases cross join model order by number
"""
VALUES = """
select
    {{ expected_purchase_value('purchases', 'mean_value', 'model') }},
    {{ discount_factor('purchases', annual_rate=0.21) }}
from cases cross join model order by number
"""


class Adapter:
    """Databricks is the adapter, and it needs no implementation of its own."""

    @jinja2.pass_context
    def dispatch(self, context: Any, name: str, namespace: str) -> Any:
        """The default implementation of a macro."""
        return context.resolve(f"default__{name}")


def rendered(query: str) -> str:
    """A query in the SQL of Databricks, without dbt, which would want a project."""
    environment = jinja2.Environment(extensions=["jinja2.ext.do"])
    text = "".join(file.read_text("utf-8") for file in MACROS) + query
    return environment.from_string(text).render(adapter=Adapter())


def table(name: str, columns: str, lines: list[tuple[Any, ...]]) -> str:
    """A CTE with a row of doubles, or nulls, per line, and its number."""
    values = ", ".join(
        "(" + ", ".join([str(number), *map(literal, line)]) + ")"
        for number, line in enumerate(lines)
    )
    return f"{name} (number, {columns}) as (values {values})"


def literal(value: Any) -> str:
    if isinstance(value, str):
        return f"'{value}'"
    return "cast(null as double)" if value is None else f"cast('{value}' as double)"


def scores(cursor: Any, model: Model, buyers: list[Buyer]) -> list[tuple[Any, ...]]:
    models = table("models", "model_name, r, alpha_weeks, a, b", [model])
    cases = table("cases", "purchases, recency, age, horizon", [*buyers])
    # Without the number, which is a column of the cases, too.
    model_row = "model as (select model_name, r, alpha_weeks, a, b from models)"
    query = f"with {models}, {cases}, {model_row} {rendered(SCORES)}"
    return rows(cursor, query)


@pytest.mark.parametrize("name", MODELS)
def test_scores_are_exact(cursor: Any, name: str) -> None:
    model = MODELS[name]
    for buyer, found in zip(BUYERS, scores(cursor, model, BUYERS), strict=True):
        assert found == pytest.approx(
            (
                exact.probability_alive(model, buyer),
                exact.still_buying_rate(model, buyer),
                exact.expected_if_alive(model, buyer),
            ),
            rel=1e-7,
            abs=1e-300,
        )


@pytest.mark.parametrize("name", MODELS)
def test_limits(cursor: Any, name: str) -> None:
    for buyer, found in zip(LIMITS, scores(cursor, MODELS[name], LIMITS), strict=True):
        assert 0 < found[0] <= 1
        if buyer.horizon == 0:
            assert found[1:] == (0, 0)


def test_null_in_null_out(cursor: Any) -> None:
    model = Model("bg_nbd", 0.25, 4.4, 0.8, 0.5)
    complete = Buyer(3, 1, 39, 39)
    buyers = [complete, *(complete._replace(**{each: None}) for each in Buyer._fields)]
    missing = [
        [score is None for score in row] for row in scores(cursor, model, buyers)
    ]
    assert missing == [
        [False, False, False],
        [True, True, True],
        [True, False, False],
        [True, True, True],
        [False, True, True],
    ]
    not_fitted = Model("bg_nbd", None, None, None, None)  # type: ignore[arg-type]
    [found] = scores(cursor, not_fitted, [complete._replace(purchases=0)])
    assert found == (None, None, None)


def test_values_and_discounts(cursor: Any) -> None:
    cases = table("cases", "purchases, mean_value", [(2, 45), (0, None), (2, -5)])
    model = "model as (select 6e0 as p, 4e0 as q, 15e0 as v)"
    found = rows(cursor, f"with {cases}, {model} {rendered(VALUES)}")
    assert found == [
        (pytest.approx(42.0), pytest.approx(1.21 ** (-2 / 12))),
        (pytest.approx(30.0), pytest.approx(1.0)),
        (pytest.approx(30.0), pytest.approx(1.21 ** (-2 / 12))),
    ]
