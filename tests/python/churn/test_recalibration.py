"""The recalibration, against another solver, and what it may not know."""

from typing import Any

import duckdb
import numpy as np
import pytest
from scipy.optimize import minimize

from tests.python.churn.python_models import RECALIBRATION, Dbt, Row, day, fill

FEATURES = {
    "customer_id": "varchar",
    "cut_off_date": "date",
    "outcome_date": "date",
    "is_sampled": "boolean",
    "is_churned": "boolean",
    "bg_nbd_logit": "double",
    "mbg_nbd_logit": "double",
    "recency_deviation": "double",
    "trend_deviation": "double",
}
MODELS = {
    "cut_off_date": "date",
    "segment_code": "varchar",
    "model_name": "varchar",
    "is_chosen": "boolean",
}
TERMS = ["intercept", "purchase_model", "recency", "trend"]


def features(
    cut_off: int, count: int = 1500, outcome: int | None = 90, level: float = 0.4
) -> list[Row]:
    """Customers whose logits are too far from zero, and who differ by recency."""
    random = np.random.default_rng(cut_off)
    rows = []
    for number in range(count):
        logit, recency, trend = random.normal(size=3)
        rate = 1 / (1 + np.exp(-(level + 0.6 * logit + 0.8 * recency)))
        churned = bool(random.random() < rate)
        rows.append(
            {
                "customer_id": f"c{number}",
                "cut_off_date": day(cut_off),
                "outcome_date": None if outcome is None else day(cut_off + outcome),
                "is_sampled": number % 5 > 0,
                "is_churned": None if outcome is None else churned,
                "bg_nbd_logit": float(logit),
                "mbg_nbd_logit": None if number % 7 == 0 else float(logit) / 2,
                "recency_deviation": float(recency),
                "trend_deviation": float(trend),
            }
        )
    return rows


def chosen(*cut_offs: int, name: str = "bg_nbd") -> list[Row]:
    """What is chosen at each cut-off, and rows that must not count."""
    names = ["bg_nbd", "mbg_nbd", "gamma_gamma"]
    return [
        {
            "cut_off_date": day(cut_off),
            "segment_code": segment,
            "model_name": each,
            "is_chosen": each in (name, "gamma_gamma"),
        }
        for cut_off in cut_offs
        for segment in ("all", "EG")
        for each in names
    ]


def recalibrated(rows: list[Row], models: list[Row]) -> list[Row]:
    with duckdb.connect() as connection:
        refs = {
            "int_churn_features_standardized": fill(
                connection, "features", FEATURES, rows
            ),
            "int_purchase_model_parameters": fill(connection, "models", MODELS, models),
        }
        found: list[Row] = RECALIBRATION.model(Dbt(refs, {}), connection).to_pylist()
        return found


def used(rows: list[Row], logit: str = "bg_nbd_logit") -> list[Row]:
    return [row for row in rows if row["is_sampled"] and row[logit] is not None]


def solved(rows: list[Row], logit: str = "bg_nbd_logit") -> Any:
    """The penalised maximum as a general solver finds it, by values alone."""
    names = (logit, "recency_deviation", "trend_deviation")
    days = sorted({row["cut_off_date"] for row in rows})
    design = np.array(
        [
            [
                1.0,
                *(row[name] for name in names),
                *(float(row["cut_off_date"] == each) for each in days),
            ]
            for row in rows
        ]
    )
    sign = np.array([1.0 if row["is_churned"] else -1.0 for row in rows])

    def loss(at: np.ndarray) -> float:
        penalty = RECALIBRATION.RIDGE / 2 * (at @ at - at[1] ** 2 + (at[1] - 1) ** 2)
        return float(np.log1p(np.exp(-sign * (design @ at))).sum() + penalty)

    options = {"xtol": 1e-10, "ftol": 1e-14, "maxiter": 10_000, "maxfev": 100_000}
    start = np.zeros(design.shape[1])
    return minimize(loss, start, method="Powell", options=options).x[:4]


@pytest.mark.parametrize("name", ["bg_nbd", "mbg_nbd"])
def test_coefficients_are_those_of_another_solver(name: str) -> None:
    rows = features(0) + features(90)
    found = recalibrated(rows, chosen(180, name=name))
    learnt = used(rows, f"{name}_logit")
    assert [row["term_name"] for row in found] == TERMS
    coefficients = [row["coefficient"] for row in found]
    assert coefficients == pytest.approx(solved(learnt, f"{name}_logit"), abs=1e-5)
    for row in found:
        assert row["model_name"] == name
        assert row["training_customer_count"] == len(learnt)
        assert row["training_cut_off_count"] == 2
        assert row["is_converged"] is True
        assert row["cut_off_date"] == day(180)


def test_what_made_the_outcomes_is_found() -> None:
    found = recalibrated(features(0, 6000), chosen(90))
    for row, true in zip(found[1:], [0.6, 0.8, 0.0], strict=True):
        assert abs(row["coefficient"] - true) < 3 * row["standard_error"]
        assert row["standard_error"] < 0.05


@pytest.mark.parametrize(
    ("levels", "expected"),
    [
        ([0.6], 0.3),
        ([0.6, 0.6], 0.4),
        ([0.6] * 5, 0.5),
        ([0.6, -0.6], 0.0),
        ([0.9, 0.3, 0.6], 0.45),
    ],
)
def test_a_season_is_a_rule_as_far_as_others_agree(
    levels: list[float], expected: float
) -> None:
    """Of the mean of n levels, n / (n + 1), where customers are many."""
    rows = [
        row
        for place, level in enumerate(levels)
        for row in features(place, 20_000, level=level)
    ]
    [intercept, *_] = recalibrated(rows, chosen(180))
    assert intercept["coefficient"] == pytest.approx(expected, abs=0.03)


def test_only_outcomes_known_at_the_cut_off_count() -> None:
    known, late, open_ = features(0), features(1), features(2, outcome=None)
    alone = recalibrated(known, chosen(90))
    assert alone
    assert recalibrated(known + late + open_, chosen(90)) == alone
    turned = [row | {"is_churned": not row["is_churned"]} for row in late]
    assert recalibrated(known + turned, chosen(90)) == alone
    # From the last day of its outcome on it counts.
    assert recalibrated(known + late, chosen(91)) != recalibrated(known, chosen(91))
    assert recalibrated(known, chosen(89)) == []


def test_who_is_not_sampled_does_not_count() -> None:
    rows = features(0)
    turned = [
        row | ({} if row["is_sampled"] else {"is_churned": not row["is_churned"]})
        for row in rows
    ]
    assert recalibrated(turned, chosen(90)) == recalibrated(rows, chosen(90))


def test_row_order_does_not_matter() -> None:
    rows = features(0) + features(10)
    turned = recalibrated(rows[::-1], chosen(90, 180)[::-1])
    assert turned == recalibrated(rows, chosen(90, 180))


@pytest.mark.parametrize(
    ("churned", "expected"), [(49, 0), (50, 4), (150, 4), (151, 0)]
)
def test_too_few_outcomes(churned: int, expected: int) -> None:
    rows = used(features(0, 250))
    assert len(rows) == 200
    rows = [row | {"is_churned": place < churned} for place, row in enumerate(rows)]
    assert len(recalibrated(rows, chosen(90))) == expected


def test_without_a_model_or_rows_there_is_nothing() -> None:
    assert recalibrated([], []) == []
    assert recalibrated([], chosen(90)) == []
    assert recalibrated(features(0), chosen(90, name="none")) == []


def test_little_data_leaves_the_purchase_model() -> None:
    """A feature that is the same for all gets nothing; the others little."""
    rows = [row | {"trend_deviation": 0.0} for row in used(features(0, 250))]
    intercept, model, recency, trend = recalibrated(rows, chosen(90))
    # The same customers a hundred times: the ridge weighs next to nothing.
    free = recalibrated(rows * 100, chosen(90))
    assert trend["coefficient"] == pytest.approx(0, abs=1e-12)
    assert 0 < recency["coefficient"] < free[2]["coefficient"]
    assert free[1]["coefficient"] < model["coefficient"] < 1
    assert intercept["is_converged"] is True
