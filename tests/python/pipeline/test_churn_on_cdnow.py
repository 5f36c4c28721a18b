"""Churn and value of the CDNOW sample, as of 39 weeks, held against the 39 after them.

The expected figures are published (see the tests), or computed here from the file; the
models know nothing after the cut-off.
"""

import datetime as dt
from collections import defaultdict
from decimal import Decimal
from typing import NamedTuple

import pytest

from tests.python.support.cdnow import Purchase, built_shop, purchases
from tests.python.support.platform import Platform

CUT_OFF = dt.date(1997, 9, 30)
HORIZON_DAYS = 273
VARIABLES = f"{{as_of_date: '1998-06-30', churn_horizon_days: {HORIZON_DAYS}}}"
# Days since the last purchase, as a score of churn.
BASELINE_AREA = 0.771
# Customers at the edges, whom nobody knew at the cut-off: no order, one order, two on
# one day, an order that was refunded in full.
LATE = dt.date(1998, 6, 1)
EDGES = [
    Purchase("one order", LATE, Decimal("30.00")),
    Purchase("two on one day", LATE, Decimal("10.00")),
    Purchase("two on one day", LATE, Decimal("20.00")),
]
REFUNDED = [Purchase("refunded", LATE, Decimal("30.00"))]
AT_CUT_OFF = "cut_off_date = date '1997-09-30'"


@pytest.fixture(scope="module")
def bought() -> list[Purchase]:
    return list(purchases("sample"))


@pytest.fixture(scope="module")
def platform(
    tmp_path_factory: pytest.TempPathFactory, bought: list[Purchase]
) -> Platform:
    folder = tmp_path_factory.mktemp("churn_on_cdnow")
    edges = {"registered": ["no order"], "refunded": REFUNDED}
    return built_shop(folder, VARIABLES, bought + EDGES, **edges)


def days_of(bought: list[Purchase], last: dt.date) -> dict[str, dict[dt.date, float]]:
    """Dollars of each customer by day, up to a day."""
    found: defaultdict[str, dict[dt.date, float]] = defaultdict(dict)
    for purchase in bought:
        if purchase.day <= last:
            days = found[purchase.customer_id]
            days[purchase.day] = days.get(purchase.day, 0.0) + float(purchase.amount)
    return found


def records(platform: Platform) -> dict[str, str]:
    """The shop's id of each customer."""
    return dict(
        platform.query(
            "select customer_id, source_record_id from marts.customer_identities"
            " where is_current"
        )
    )


def test_purchases_are_summarized_as_lifetimes_does(
    platform: Platform, bought: list[Purchase]
) -> None:
    expected = {}
    for customer, days in days_of(bought, CUT_OFF).items():
        first, *repeats = sorted(days)
        mean = sum(days[day] for day in repeats) / len(repeats) if repeats else None
        expected[customer] = (
            len(repeats),
            (max(days) - first).days,
            (CUT_OFF - first).days,
            pytest.approx(mean, rel=1e-12) if repeats else None,
        )
    shop_ids = records(platform)
    found = {
        shop_ids[customer]: tuple(summary)
        for customer, *summary in platform.query(
            "select customer_id, repeat_purchase_count, recency_days, age_days,"
            " mean_repeat_amount from intermediate.int_purchases_summarized"
            f" where {AT_CUT_OFF}"
        )
    }
    assert len(found) == 2_357
    assert sum(summary[0] > 0 for summary in found.values()) == 946
    assert found == expected


def test_parameters_are_the_published_ones(platform: Platform) -> None:
    """Fader, Hardie and Lee (2005); BTYDplus; Fader and Hardie (2013), note 025."""
    columns = "r, alpha_weeks, a, b, p, q, v, log_likelihood"
    fitted = {
        name: [value for value in values if value is not None]
        for name, *values in platform.query(
            f"select model_name, {columns}"
            " from intermediate.int_purchase_model_parameters"
            f" where segment_code = 'all' and {AT_CUT_OFF}"
        )
    }
    published = {
        "bg_nbd": ([0.2426, 4.4136, 0.7929, 2.4259], -9582.429),
        "mbg_nbd": ([0.5248, 6.1831, 0.8914, 1.6140], -9582.136),
        "gamma_gamma": ([6.2496, 3.7442, 15.4435], -4055.918),
    }
    assert fitted.keys() == published.keys()
    for name, (parameters, likelihood) in published.items():
        *found, found_likelihood = fitted[name]
        assert found == pytest.approx(parameters, abs=0.005), name
        assert found_likelihood == pytest.approx(likelihood, abs=0.01), name


def test_forecasts_hold_out_of_time(platform: Platform, figures: list[str]) -> None:
    rows = platform.query(
        "select forecast_name, area_under_curve, brier_score, calibration_error"
        f" from marts.churn_model_evaluation where {AT_CUT_OFF}"
    )
    areas = {name: area for name, area, *_ in rows}
    briers = {name: brier for name, _, brier, _ in rows}
    figures.extend(
        f"CDNOW, 39 weeks, {name:<21}: area {area:.4f}"
        + (f", Brier score {brier:.4f}" if brier is not None else "")
        for name, area, brier, _ in sorted(rows)
    )
    assert areas["days_since_last_order"] == pytest.approx(BASELINE_AREA, abs=5e-4)
    assert areas["purchase_model"] >= 0.7565
    assert briers["purchase_model"] <= 0.1615
    # The share of churners, 0.710, alone.
    assert briers["base_rate"] == pytest.approx(0.206, abs=5e-4)
    assert briers["recalibrated"] <= briers["purchase_model"]
    assert areas["recalibrated"] >= BASELINE_AREA


def test_both_models_forecast_as_published(
    platform: Platform, bought: list[Purchase]
) -> None:
    """Area under the curve and Brier score of the exact maxima, from the customers."""
    shop_ids = records(platform)
    retained = {
        purchase.customer_id
        for purchase in bought
        if CUT_OFF < purchase.day <= CUT_OFF + dt.timedelta(days=HORIZON_DAYS)
    }
    rows = platform.query(
        "select customer_id, bg_nbd_churn_probability, mbg_nbd_churn_probability,"
        f" is_churned from intermediate.int_purchases_scored where {AT_CUT_OFF}"
    )
    assert all(
        is_churned == (shop_ids[customer] not in retained)
        for customer, _, _, is_churned in rows
    )
    for place, (area, brier) in {1: (0.75692, 0.16122), 2: (0.7601, 0.1614)}.items():
        scores = [(row[place], row[3]) for row in rows]
        assert area_under_curve(scores) == pytest.approx(area, abs=5e-5)
        mean = sum((score - churned) ** 2 for score, churned in scores) / len(scores)
        assert mean == pytest.approx(brier, abs=5e-5)


def area_under_curve(scores: list[tuple[float, bool]]) -> float:
    """By all pairs of a churned and a retained customer."""
    churned = [score for score, is_churned in scores if is_churned]
    retained = [score for score, is_churned in scores if not is_churned]
    won = sum(
        (one > other) + (one == other) / 2 for one in churned for other in retained
    )
    return won / len(churned) / len(retained)


def test_the_total_of_the_holdout_is_the_published_one(platform: Platform) -> None:
    """1,882 repeat purchases; BG/NBD expects 1,653.4, MBG/NBD 1,576.7."""
    [(model, predicted, actual)] = platform.query(
        "select model_name, predicted_purchase_count, actual_purchase_count"
        " from marts.churn_model_evaluation"
        f" where forecast_name = 'purchase_model' and {AT_CUT_OFF}"
    )
    published = {"bg_nbd": 1653.4, "mbg_nbd": 1576.7}
    assert actual == 1_882
    assert predicted == pytest.approx(published[model], abs=0.5)


def test_the_value_of_the_holdout_is_held_against_the_forecast(
    platform: Platform, bought: list[Purchase], figures: list[str]
) -> None:
    known = {purchase.customer_id for purchase in bought if purchase.day <= CUT_OFF}
    last = CUT_OFF + dt.timedelta(days=HORIZON_DAYS)
    came = sum(
        purchase.amount
        for purchase in bought
        if purchase.customer_id in known and CUT_OFF < purchase.day <= last
    )
    [(predicted, actual)] = platform.query(
        "select predicted_net_amount, actual_net_amount"
        " from marts.churn_model_evaluation"
        f" where forecast_name = 'purchase_model' and {AT_CUT_OFF}"
    )
    figures.append(
        f"CDNOW, 39 weeks: value of {predicted:,.0f}, and {actual:,.0f} came"
    )
    assert actual == came
    assert predicted == pytest.approx(float(came), rel=0.2)


class Scores(NamedTuple):
    """What the marts say of a customer at the as-of date."""

    churn_status: str
    value_status: str
    band: str
    alive: float | None
    churn: float | None
    historic: Decimal
    predicted: Decimal | None


@pytest.fixture(scope="module")
def scores(platform: Platform) -> dict[str, Scores]:
    shop_ids = records(platform)
    return {
        shop_ids[customer]: Scores(*values)
        for customer, *values in platform.query(
            "select customer_id, churn_scores.score_status, worth.score_status,"
            " churn_scores.churn_band, probability_alive, churn_probability,"
            " historic_net_amount, predicted_value_12m_amount"
            " from marts.churn_scores"
            " inner join marts.customer_lifetime_value as worth using (customer_id)"
        )
    }


def test_every_buyer_has_scores(scores: dict[str, Scores]) -> None:
    assert len(scores) == 2_357 + 4
    for each in scores.values():
        assert (each.churn is None) == (each.band == "none")
        if each.churn is not None:
            assert 0 <= each.churn <= 1
            assert each.predicted is not None and each.predicted >= 0


@pytest.mark.parametrize("customer", ["no order", "refunded"])
def test_who_has_no_valid_order_has_no_score(
    scores: dict[str, Scores], customer: str
) -> None:
    assert scores[customer] == Scores(
        "no_orders", "no_orders", "none", None, None, Decimal(0), None
    )


def test_two_orders_on_one_day_are_one_purchase(
    platform: Platform, scores: dict[str, Scores]
) -> None:
    once, twice = scores["one order"], scores["two on one day"]
    assert once == twice
    assert once.churn_status == once.value_status == "by_segment"
    assert once.historic == Decimal(30)
    # x = 0, T = 29 days, by the formulas themselves.
    [(model, r, alpha, a, b)] = platform.query(
        "select model_name, r, alpha_weeks, a, b"
        " from intermediate.int_purchase_model_parameters"
        " where segment_code = 'ZZ' and is_chosen and model_name <> 'gamma_gamma'"
        " and cut_off_date = date '1998-06-30'"
    )
    age, horizon = 29 / 7, HORIZON_DAYS / 7
    alive = 1 / (1 + a / b * ((alpha + age) / alpha) ** r)
    alive = 1.0 if model == "bg_nbd" else alive
    idle = ((alpha + age) / (alpha + age + horizon)) ** r
    assert once.alive == pytest.approx(alive, rel=1e-9)
    shop_ids = {shop: customer for customer, shop in records(platform).items()}
    [(churn,)] = platform.query(
        "select model_churn_probability from intermediate.int_purchases_scored"
        " where cut_off_date = date '1998-06-30' and customer_id = ?",
        [shop_ids["one order"]],
    )
    assert churn == pytest.approx(1 - alive * (1 - idle), rel=1e-9)
