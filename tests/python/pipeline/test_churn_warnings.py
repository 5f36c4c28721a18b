"""What the build says of a churn model that is badly calibrated, or no better than what
is simpler.

On CDNOW, as of 39 weeks, nothing tried the recalibration before, so the plain model is
published; it ranks the customers worse than the days since their last order do.
"""

import datetime as dt
import json
import math
from typing import NamedTuple

import duckdb
import pytest

from tests.python.support.cdnow import fill_shop, purchases
from tests.python.support.platform import Platform

CALIBRATED = "assert_churn_model_is_calibrated"
BEATS = "assert_churn_model_beats_its_baselines"
MOST_ERROR = 0.01
VARIABLES = (
    "as_of_date: '1998-06-30', churn_horizon_days: 273,"
    f" max_calibration_error: {MOST_ERROR}"
)


@pytest.fixture(scope="module")
def platform(tmp_path_factory: pytest.TempPathFactory) -> Platform:
    platform = Platform(tmp_path_factory.mktemp("churn_warnings"))
    shop = f"sqlite:///{platform.folder / 'shop.db'}"
    fill_shop(shop, list(purchases("sample")))
    platform.ingest(variables={"SHOP_DATABASE_URL": shop})
    mart = ("--select", "+churn_model_evaluation")
    platform.build(*mart, "--vars", f"{{{VARIABLES}}}")
    return platform


@pytest.mark.parametrize(
    ("severity", "code", "status"),
    [("", 0, "warn"), (", churn_test_severity: error", 1, "fail")],
)
def test_both_warn_unless_they_shall_stop_the_build(
    platform: Platform, severity: str, code: int, status: str
) -> None:
    """0.771 beats 0.757, and 0.053 is more than 0.01 and what chance allows 2,357."""
    published = platform.query(
        "select forecast_name from marts.churn_model_evaluation where is_published"
    )
    assert published == [("purchase_model",)]
    run = platform.run(
        *("dbt", "--quiet", "test", "--select", CALIBRATED, BEATS),
        *("--vars", f"{{{VARIABLES}{severity}}}"),
    )
    assert run.returncode == code, run.stdout
    results = json.loads((platform.target / "run_results.json").read_text())["results"]
    ended = {
        result["unique_id"].split(".")[2]: (result["status"], result["failures"])
        for result in results
        if result["unique_id"].startswith("test.")
    }
    assert ended == {CALIBRATED: (status, 1), BEATS: (status, 1)}


class Forecast(NamedTuple):
    """A row of the mart."""

    forecast_name: str
    area_under_curve: float | None = None
    brier_score: float | None = None
    calibration_error: float | None = None
    customer_count: int = 10_000
    is_published: bool = False
    cut_off_date: dt.date = dt.date(1998, 1, 31)
    horizon_days: int = 90
    churner_count: int = 5_000


GOOD = Forecast("recalibrated", 0.8, 0.15, 0.01, is_published=True)
DAYS = Forecast("days_since_last_order", 0.7)
RATE = Forecast("base_rate", 0.5, 0.2, 0.0)
ALL = [GOOD, DAYS, RATE]
BAD = GOOD._replace(area_under_curve=0.4, brier_score=0.3, calibration_error=0.3)
EARLIER = dt.date(1997, 10, 31)


@pytest.fixture(scope="module")
def statements(platform: Platform) -> dict[str, str]:
    """The SQL that dbt runs for each of the two."""
    options = ("--select", CALIBRATED, BEATS, "--vars", f"{{{VARIABLES}}}")
    platform.dbt("--quiet", "compile", *options)
    folder = platform.target / "compiled" / "cdp" / "tests" / "assertions"
    return {name: (folder / f"{name}.sql").read_text() for name in (CALIBRATED, BEATS)}


def failures(
    platform: Platform, statement: str, rows: list[Forecast]
) -> list[dict[str, object]]:
    """What an assertion finds where the mart has these rows, and no others."""
    columns = ", ".join(Forecast._fields)
    marks = ", ".join("?" * len(Forecast._fields))
    with duckdb.connect(str(platform.database)) as connection:
        connection.begin()
        connection.execute("delete from marts.churn_model_evaluation")
        connection.executemany(
            f"insert into marts.churn_model_evaluation ({columns}) values ({marks})",
            rows,
        )
        found = connection.execute(statement)
        names = [column[0] for column in found.description]
        records = [dict(zip(names, row, strict=True)) for row in found.fetchall()]
        connection.rollback()
    return records


@pytest.mark.parametrize("customer_count", [100, 2_357, 10_000])
def test_calibration_is_judged_to_the_last_digit(
    platform: Platform, statements: dict[str, str], customer_count: int
) -> None:
    most = MOST_ERROR + 1 / math.sqrt(customer_count)
    for error, count in [(most, 0), (math.nextafter(most, 1), 1)]:
        row = GOOD._replace(calibration_error=error, customer_count=customer_count)
        found = failures(platform, statements[CALIBRATED], [row, DAYS, RATE])
        assert [each["calibration_error"] for each in found] == [error] * count


@pytest.mark.parametrize(
    ("area", "brier_score", "lost_to"),
    [
        (0.7, 0.2, set()),
        (math.nextafter(0.7, 0), 0.2, {"days_since_last_order"}),
        (0.7, math.nextafter(0.2, 1), {"base_rate"}),
        (0.4, 0.2, {"days_since_last_order", "base_rate"}),
    ],
)
def test_a_draw_is_not_lost(
    platform: Platform,
    statements: dict[str, str],
    area: float,
    brier_score: float,
    lost_to: set[str],
) -> None:
    row = GOOD._replace(area_under_curve=area, brier_score=brier_score)
    found = failures(platform, statements[BEATS], [row, DAYS, RATE])
    assert {each["baseline_name"] for each in found} == lost_to
    assert len(found) == len(lost_to)


@pytest.mark.parametrize("name", [CALIBRATED, BEATS])
@pytest.mark.parametrize(
    "others",
    [
        # What was published earlier is no news.
        [each._replace(cut_off_date=EARLIER) for each in [BAD, DAYS, RATE]],
        # What nobody was given, better or worse, is no baseline and no harm.
        [BAD._replace(forecast_name="purchase_model", is_published=False)],
        [Forecast("purchase_model", 0.9, 0.1, 0.0)],
    ],
    ids=["an earlier cut-off", "worse and not published", "better and not published"],
)
def test_only_what_is_published_last_is_judged(
    platform: Platform, statements: dict[str, str], name: str, others: list[Forecast]
) -> None:
    assert failures(platform, statements[name], ALL + others) == []
    assert failures(platform, statements[name], [BAD, DAYS, RATE]) != []
