"""Churn in the known world of 20,000 people: probabilities against what came to pass.

Orders come from the world's shop alone, which is where all of them are.
"""

import datetime as dt
from statistics import fmean

import pytest

from demo.world import AS_OF, World, generate
from tests.python.support.platform import Platform

MOST_CALIBRATION_ERROR = 0.03


@pytest.fixture(scope="module")
def world(tmp_path_factory: pytest.TempPathFactory) -> World:
    return generate("demo", seed=7, folder=tmp_path_factory.mktemp("churn") / "world")


@pytest.fixture(scope="module")
def platform(world: World) -> Platform:
    platform = Platform(world.folder.parent)
    shop = f"sqlite:///{world.folder / 'shop.db'}"
    platform.ingest(variables={"SHOP_DATABASE_URL": shop})
    platform.build("--select", "+churn_scores", "+churn_model_evaluation")
    return platform


def test_probabilities_are_calibrated_out_of_time(
    platform: Platform, figures: list[str]
) -> None:
    """What would have been published at each past cut-off."""
    rows = platform.query(
        "select cut_off_date, forecast_name, calibration_error, area_under_curve,"
        " is_published from marts.churn_model_evaluation"
        " where forecast_name in ('purchase_model', 'recalibrated')"
        " order by cut_off_date, forecast_name"
    )
    figures.extend(
        f"{day} {name:<14} calibration error {error:.4f}, area {area:.4f}"
        + (", published" if is_published else "")
        for day, name, error, area, is_published in rows
    )
    published = {day: error for day, _, error, _, is_published in rows if is_published}
    assert len(published) == 4
    assert max(published.values()) <= MOST_CALIBRATION_ERROR


def test_true_churners_are_likelier_to_be_lost(
    world: World, platform: Platform, figures: list[str]
) -> None:
    end = dt.datetime.combine(
        dt.date.fromisoformat(AS_OF) + dt.timedelta(days=1), dt.time(), dt.UTC
    )
    has_left = {
        person["person_id"]: person["churned_at"] is not None
        and person["churned_at"] < end
        for person in world.truth.rows("people")
    }
    person_of = {
        record["source_record_id"]: record["person_id"]
        for record in world.truth.rows("records")
        if record["source_name"] == "shop"
    }
    by_truth: dict[bool, list[float]] = {True: [], False: []}
    for record, probability in platform.query(
        "select min(split_part(records.record_key, ':', 2)), churn_probability"
        " from marts.churn_scores"
        " inner join intermediate.int_customer_records_resolved as records"
        " using (customer_id)"
        " where churn_probability is not null"
        " group by customer_id, churn_probability"
    ):
        by_truth[has_left[person_of[record]]].append(probability)
    left, stayed = fmean(by_truth[True]), fmean(by_truth[False])
    figures.append(
        f"mean churn probability: {left:.3f} of {len(by_truth[True]):,} who have left,"
        f" {stayed:.3f} of {len(by_truth[False]):,} others"
    )
    assert left > stayed + 0.3
