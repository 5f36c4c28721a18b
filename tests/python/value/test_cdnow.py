"""Scores of CDNOW's customers equal those of `lifetimes`, and the published ones."""

import warnings
from typing import Any

import numpy as np
import pandas as pd
import pytest

from tests.python.value.cdnow import Fitted
from tests.python.value.scoring import Scoring

MONTH_WEEKS = 4.345
# Of Hardie's spreadsheet and notes, and of the vignette of BTYD.
FIRST_MEANS = [24.65, 18.91, 35.17, 35.17, 35.17, 71.46, 18.91, 35.17, 27.28, 35.17]
FIRST_VALUES = [
    36.274,
    4.641,
    8.344,
    8.344,
    8.344,
    283.558,
    6.882,
    8.344,
    43.359,
    8.344,
]
EXPECTED_BY_FREQUENCY = [0.225, 0.523, 1.044, 1.520, 2.164, 2.654, 3.504, 6.157]
ACTUAL_BY_FREQUENCY = [0.237, 0.697, 1.393, 1.560, 2.532, 2.947, 3.862, 6.359]
CUSTOMERS_BY_FREQUENCY = [1411, 439, 214, 100, 62, 38, 29, 64]


@pytest.mark.parametrize("horizon", [39, 52])
@pytest.mark.parametrize("name", ["sample", "master"])
def test_scores_equal_lifetimes(
    scoring: Scoring, name: str, horizon: int, request: pytest.FixtureRequest
) -> None:
    file: Fitted = request.getfixturevalue(name)
    scores = scoring.scores(file.models, file.cases(horizon))
    customers = {"sample": 2_357, "master": 23_570}[name]
    assert len(scores) == 2 * customers
    for model, fitter in file.transactions.items():
        found = scores[scores["model_name"] == model]
        buyers = file.customers[["purchases", "recency", "age"]].T.to_numpy()
        alive = fitter.conditional_probability_alive(*buyers)
        near(found["probability_alive"], alive)
        near(
            found["probability_alive"] * found["expected_if_alive"],
            predicted(fitter, horizon, buyers),
        )
        r, alpha = fitter.params_[["r", "alpha"]]
        waited = alpha + buyers[2]
        none = (waited / (waited + horizon)) ** (r + buyers[0])
        near(
            1 - found["probability_alive"] * found["still_buying_rate"],
            1 - alive * (1 - none),
        )


@pytest.mark.parametrize(
    ("buyer", "alive", "expected"),
    [
        # Customers of the sample, in days, and one of BTYD's examples.
        ((2, 213, 272, 273), 0.7266, 1.226),
        ((1, 12, 272, 273), 0.2124, 0.2034),
        ((0, 0, 272, 273), 1.0, 0.1948),
        ((7, 206, 272, 273), 0.6418, 3.3376),
        ((26, 216, 217, 364), 0.96885, 25.757),
        # The paradox of increasing frequency: who bought more often is expected less.
        ((10, 140, 273, 364), None, 0.34748),
        ((15, 140, 273, 364), None, 0.042837),
        ((20, 140, 273, 364), None, 0.0041593),
        ((25, 140, 273, 364), None, 0.00035839),
    ],
)
def test_published_scores(
    scoring: Scoring,
    sample: Fitted,
    buyer: tuple[int, ...],
    alive: float | None,
    expected: float,
) -> None:
    purchases, *days = buyer
    recency, age, horizon = (each / 7 for each in days)
    case = pd.DataFrame(
        [("bg_nbd", float(purchases), recency, age, horizon)],
        columns=["model_name", "purchases", "recency", "age", "horizon"],
    )
    [score] = scoring.scores(sample.models, case).to_dict("records")
    if alive is not None:
        assert score["probability_alive"] == published(alive)
    found = score["probability_alive"] * score["expected_if_alive"]
    assert found == published(expected)


def test_holdout_by_frequency(scoring: Scoring, sample: Fitted) -> None:
    table = forecast(scoring, sample, 39)
    bins = table.groupby(table["purchases"].clip(upper=7))
    assert bins.size().tolist() == CUSTOMERS_BY_FREQUENCY
    actual = bins["purchases_later"].mean()
    assert actual.tolist() == pytest.approx(ACTUAL_BY_FREQUENCY, abs=0.00051)
    expected = bins["expected"].mean()
    assert expected.tolist() == pytest.approx(EXPECTED_BY_FREQUENCY, abs=0.00051)


@pytest.mark.parametrize(
    ("name", "actual", "expected"),
    [("sample", 1_882, 1_653.4), ("master", 19_684, 16_873.7)],
)
def test_holdout_total(
    scoring: Scoring,
    name: str,
    actual: int,
    expected: float,
    request: pytest.FixtureRequest,
) -> None:
    table = forecast(scoring, request.getfixturevalue(name), 39)
    assert table["purchases_later"].sum() == actual
    assert table["expected"].sum() == pytest.approx(expected, abs=0.1)


def test_churn_probability_holds_out_of_time(scoring: Scoring, sample: Fitted) -> None:
    table = forecast(scoring, sample, 39)
    churn = 1 - table["probability_alive"] * table["still_buying_rate"]
    churned = table["purchases_later"] == 0
    assert area(churn, churned) == pytest.approx(0.75692, abs=1e-5)
    brier = ((churn - churned) ** 2).mean()
    assert brier == pytest.approx(0.16122, abs=1e-5)
    # The trap: all one-time buyers of BG/NBD are alive, so this is worse than random.
    assert area(1 - table["probability_alive"], churned) == pytest.approx(
        0.316, abs=1e-3
    )
    once = table["purchases"] == 0
    assert (table["probability_alive"][once] == 1).all()


def test_purchase_values(scoring: Scoring, sample: Fitted) -> None:
    found = scoring.values(
        sample.value_models, sample.customers[["purchases", "mean_value"]]
    )["expected_value"]
    assert found.head(10).round(2).tolist() == FIRST_MEANS
    near(
        found,
        sample.values.conditional_expected_average_profit(
            sample.customers["purchases"], sample.customers["mean_value"]
        ),
    )


def test_lifetime_values(scoring: Scoring, sample: Fitted) -> None:
    purchases = pd.DataFrame(
        {
            month: forecast(scoring, sample, month * MONTH_WEEKS)["expected"]
            for month in range(13)
        }
    )
    assert (purchases[0] == 0).all()
    factors = scoring.discounts()["factor"].to_numpy()
    discounted = purchases.diff(axis=1).iloc[:, 1:] @ factors[1:]
    worth = scoring.values(
        sample.value_models, sample.customers[["purchases", "mean_value"]]
    )["expected_value"]
    found = discounted * worth
    assert found.head(10).round(3).tolist() == FIRST_VALUES
    assert found.sum() == pytest.approx(71_507.95, abs=0.01)
    assert found.mean() == pytest.approx(30.339, abs=0.0005)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        customers = sample.customers
        near(
            found,
            sample.values.customer_lifetime_value(
                sample.transactions["bg_nbd"],
                *(customers[name] for name in ("purchases", "recency", "age")),
                customers["mean_value"],
                time=12,
                discount_rate=0.01,
                freq="W",
            ),
        )


def forecast(scoring: Scoring, file: Fitted, horizon: float) -> pd.DataFrame:
    """Scores under BG/NBD beside what was bought later."""
    cases = file.cases(horizon)
    cases = cases[cases["model_name"] == "bg_nbd"]
    table = scoring.scores(file.models, cases)
    table["expected"] = table["probability_alive"] * table["expected_if_alive"]
    table["purchases_later"] = file.customers["purchases_later"].to_numpy()
    return table


def predicted(fitter: Any, horizon: float, buyers: "np.ndarray") -> Any:
    return fitter.conditional_expected_number_of_purchases_up_to_time(horizon, *buyers)


def area(score: pd.Series, label: pd.Series) -> float:
    """Area under the ROC curve, ties counted half."""
    positives, negatives = int(label.sum()), int((~label).sum())
    ranks = score.rank()[label].sum() - positives * (positives + 1) / 2
    return float(ranks) / (positives * negatives)


def near(found: pd.Series, expected: Any) -> None:
    np.testing.assert_allclose(found.to_numpy(), np.asarray(expected), rtol=1e-6)


def published(value: float) -> Any:
    """As exact as it was printed, with a unit of the last digit for the parameters."""
    digits = len(f"{value}".partition(".")[2])
    return pytest.approx(value, abs=10.0**-digits)
