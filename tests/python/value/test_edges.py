"""Scores are exact, finite and null where they should be."""

import numpy as np
import pandas as pd
import pytest

from tests.python.value import exact
from tests.python.value.buyers import BUYERS, DAY, LIMITS, MODELS
from tests.python.value.exact import Buyer, Model
from tests.python.value.scoring import Scoring

SCORES = ["probability_alive", "still_buying_rate", "expected_if_alive"]


@pytest.mark.parametrize("name", MODELS)
def test_scores_are_exact(scoring: Scoring, name: str) -> None:
    model = MODELS[name]
    found = scored(scoring, model, BUYERS)
    expected = pd.DataFrame(
        {
            "probability_alive": [
                exact.probability_alive(model, each) for each in BUYERS
            ],
            "still_buying_rate": [
                exact.still_buying_rate(model, each) for each in BUYERS
            ],
            "expected_if_alive": [
                exact.expected_if_alive(model, each) for each in BUYERS
            ],
        }
    )
    assert np.isfinite(found[SCORES].to_numpy()).all()
    # Below 1e-304 a probability is 0.
    np.testing.assert_allclose(found[SCORES], expected[SCORES], rtol=1e-7, atol=1e-300)


@pytest.mark.parametrize("name", MODELS)
def test_limits(scoring: Scoring, name: str) -> None:
    model = MODELS[name]
    found = scored(scoring, model, LIMITS)
    for buyer, row in zip(LIMITS, found.to_dict("records"), strict=True):
        assert 0 < row["probability_alive"] <= 1
        assert row["still_buying_rate"] == pytest.approx(
            exact.still_buying_rate(model, buyer), abs=1e-13
        )
        if buyer.horizon == 0:
            assert row["still_buying_rate"] == row["expected_if_alive"] == 0


def test_no_gap_where_a_is_one(scoring: Scoring) -> None:
    buyers = [Buyer(0, 0, 3, 39), Buyer(7, 20, 39, 52)]
    at, beside = (
        scored(scoring, Model("bg_nbd", 0.25, 4.4, a, 2.4), buyers)["expected_if_alive"]
        for a in (1.0, 1.0001)
    )
    np.testing.assert_allclose(at, beside, rtol=1e-4)


@pytest.mark.parametrize("age", [DAY, 30])
def test_what_no_series_reaches_is_finite_and_near(
    scoring: Scoring, age: float
) -> None:
    """Too many terms, and terms that overflow."""
    model, buyer = Model("bg_nbd", 0.5, 0.3, 900.0, 9e4), Buyer(1000, age, age, 39)
    [row] = scored(scoring, model, [buyer]).to_dict("records")
    expected = exact.expected_if_alive(model, buyer)
    assert row["expected_if_alive"] == pytest.approx(expected, rel=0.01)


@pytest.mark.parametrize(("alpha", "near"), [(0.05, 1e-3), (0.01, 0.1)])
def test_a_model_that_forgets_within_hours_is_near_and_above(
    scoring: Scoring, alpha: float, near: float
) -> None:
    """The series goes on after its last term, for who bought today."""
    model, buyer = Model("bg_nbd", 0.1, alpha, 0.9, 2.0), Buyer(0, 0, 0, 52)
    [row] = scored(scoring, model, [buyer]).to_dict("records")
    expected = exact.expected_if_alive(model, buyer)
    assert expected <= row["expected_if_alive"] <= (1 + near) * expected


@pytest.mark.parametrize("missing", ["purchases", "recency", "age", "horizon"])
@pytest.mark.parametrize("purchases", [0, 3])
@pytest.mark.parametrize("name", ["bg_nbd", "mbg_nbd"])
def test_null_in_null_out(
    scoring: Scoring, name: str, purchases: int, missing: str
) -> None:
    reads = {
        "probability_alive": {"purchases", "recency", "age"},
        "still_buying_rate": {"purchases", "age", "horizon"},
        "expected_if_alive": {"purchases", "age", "horizon"},
    }
    buyer = Buyer(purchases, 0, 39, 39)._replace(**{missing: None})
    # With b below 1, the formula of who bought again has no answer for the others.
    model = Model(name, 0.25, 4.4, 0.8, 0.5)
    # The complete rows around it are those whose values must not be taken.
    rows = [Buyer(1, 1, 2, 3), buyer, Buyer(2, 2, 40, 50)]
    found = scored(scoring, model, rows)
    for score, inputs in reads.items():
        assert found[score].isna().tolist() == [False, missing in inputs, False]


@pytest.mark.parametrize("purchases", [0, 3])
@pytest.mark.parametrize("name", ["bg_nbd", "mbg_nbd"])
def test_no_model_no_score(scoring: Scoring, name: str, purchases: int) -> None:
    cases = frame(MODELS["cdnow"], [Buyer(purchases, 0, 39, 39)])
    cases["model_name"] = name
    columns = ["model_name", "r", "alpha_weeks", "a", "b"]
    not_fitted = pd.DataFrame([[name, *[None] * 4]], columns=columns, dtype=object)
    for models in not_fitted, not_fitted.iloc[:0]:
        assert scoring.scores(models, cases)[SCORES].isna().all(axis=None)


@pytest.mark.parametrize(
    ("purchases", "mean", "q", "expected"),
    [
        (2.0, 45.0, 4.0, 6 * (15 + 2 * 45) / (6 * 2 + 4 - 1)),
        (0.0, 30.0, 4.0, 6 * 15 / 3),
        (0.0, None, 4.0, 6 * 15 / 3),
        (2.0, None, 4.0, 6 * 15 / 3),
        (2.0, 0.0, 4.0, 6 * 15 / 3),
        (2.0, -5.0, 4.0, 6 * 15 / 3),
        (None, 30.0, 4.0, None),
        (2.0, 30.0, None, None),
        (2.0, 30.0, 0.9, 6 * (15 + 2 * 30) / (6 * 2 + 0.9 - 1)),
        (0.0, None, 1.0, None),
        (2.0, 0.0, 0.9, None),
    ],
)
def test_purchase_value(
    scoring: Scoring,
    purchases: float | None,
    mean: float | None,
    q: float | None,
    expected: float | None,
) -> None:
    models = pd.DataFrame({"p": [6.0], "q": [q], "v": [15.0]}, dtype=object)
    cases = pd.DataFrame({"purchases": [purchases], "mean_value": [mean]}, dtype=object)
    [found] = scoring.values(models, cases)["expected_value"]
    assert found == pytest.approx(expected) if expected else np.isnan(found)


def test_series(scoring: Scoring) -> None:
    cases = pd.DataFrame(
        [(1.0, 1.0, 2.0, 0.5), (0.5, 1.0, 1.5, 0.49), (2.0, 3.0, 3.0, 0.0)],
        columns=["a", "b", "c", "z"],
    )
    found = scoring.series(cases)["total"]
    # ln(1 / (1 - z)) / z, artanh(sqrt(z)) / sqrt(z), and 1 at 0.
    known = [np.log(2) / 0.5, np.arctanh(0.7) / 0.7, 1.0]
    assert found.tolist() == pytest.approx(known, rel=1e-12)


def test_discount_factors(scoring: Scoring) -> None:
    factors = scoring.discounts()["factor"].tolist()
    assert factors == pytest.approx([1.01**-month for month in range(13)])


def test_many_buyers_are_scored_at_once(scoring: Scoring) -> None:
    purchases, days = np.divmod(np.arange(50_000), 2_500)
    buyers = pd.DataFrame(
        {"purchases": purchases.astype(float), "recency": 0.0, "age": (days + 1) / 7}
    )
    cases = pd.concat(buyers.assign(horizon=month * 4.345) for month in range(13))
    cases["model_name"] = "bg_nbd"
    found = scoring.scores(pd.DataFrame([MODELS["cdnow"]]), cases)
    assert np.isfinite(found[SCORES].to_numpy()).all()


def scored(scoring: Scoring, model: Model, buyers: list[Buyer]) -> pd.DataFrame:
    return scoring.scores(pd.DataFrame([model]), frame(model, buyers))


def frame(model: Model, buyers: list[Buyer]) -> pd.DataFrame:
    table = pd.DataFrame(buyers, dtype=object)
    return table.assign(model_name=model.model_name)
