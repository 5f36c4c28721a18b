"""Metrics give the figures of the marts: on every level, in every month, to the cent.

MetricFlow computes them from their definitions, and most of them from the finest rows;
the marts count every level anew. Daily and weekly users are also counted here, in plain
Python, from who was active on which day.
"""

import datetime as dt
import json
from collections import defaultdict
from pathlib import Path
from typing import Any

import pytest

from demo.serving import serving
from demo.world import generate
from tests.python.oracle.planted import plant, plant_quotes
from tests.python.support.metrics import (
    group_by_of,
    metricflow,
    of_mart,
    of_metrics,
    queried,
)
from tests.python.support.platform import Platform

MARTS = {
    "kpi_daily": ("date_day", "day"),
    "kpi_monthly": ("month_start_date", "month"),
    "kpi_acquisition": ("month_start_date", "month"),
}
LEVELS = ["total", "country", "channel", "country_and_channel"]
# Half of the last digit of an amount, which a ratio of sums is not rounded to, and the
# digits that doubles do not have.
LEAST_AMOUNT = 0.00005
CLOSE = 1e-9


@pytest.fixture(scope="module")
def platform(tmp_path_factory: pytest.TempPathFactory) -> Platform:
    folder: Path = tmp_path_factory.mktemp("metrics")
    world = generate("small", seed=11, folder=folder / "world")
    # Somebody orders in several countries in one month: countries do not add up.
    plant_quotes(world)
    plant(world)
    platform = Platform(folder)
    with serving(world) as server:
        platform.ingest(variables=server.environment)
    needed = [*MARTS, "customer_360", "dim_dates", "fct_engagement_daily"]
    platform.build("--select", *(f"+{name}" for name in needed))
    return platform


@pytest.fixture(scope="module")
def definitions(platform: Platform) -> dict[str, dict[str, Any]]:
    """What every metric says that it equals, by its name."""
    manifest = json.loads((platform.target / "manifest.json").read_text())
    return {
        metric["name"]: metric["config"]["meta"]
        for metric in manifest["metrics"].values()
        if "mart_column" in metric["config"]["meta"]
    }


def test_metricflow_finds_nothing_to_complain_of(platform: Platform) -> None:
    """All is run against the tables, too: columns, entities, measures, metrics."""
    said = metricflow(platform, "validate-configs", "--show-all")
    found = [line for line in said.splitlines() if line.startswith("•")]
    assert found == []
    assert said.count("(ERRORS: 0, FUTURE_ERRORS: 0, WARNINGS: 0)") == 6


@pytest.mark.parametrize("query", ["month", "month_and_channel", "month_and_country"])
def test_saved_queries_have_rows(platform: Platform, query: str) -> None:
    words = ("query", "--saved-query", f"kpis_by_{query}")
    file = platform.folder / f"{query}.csv"
    metricflow(platform, *words, "--csv", file)
    assert len(file.read_text().splitlines()) > 24


def test_the_world_tells_levels_apart(platform: Platform) -> None:
    """Without it a sum over countries would go unseen."""
    customers = dict(
        platform.query(
            "select level_name, sum(active_customer_count) from marts.kpi_monthly"
            " group by level_name"
        )
    )
    assert customers["country"] > customers["total"] == customers["channel"]


@pytest.mark.parametrize("mart", MARTS)
@pytest.mark.parametrize("level", LEVELS)
def test_metrics_equal_their_mart(
    platform: Platform, definitions: dict[str, dict[str, Any]], mart: str, level: str
) -> None:
    period, grain = MARTS[mart]
    columns = {
        metric: meta["mart_column"].removeprefix(f"{mart}.")
        for metric, meta in definitions.items()
        if meta["mart_column"].startswith(f"{mart}.") and level in meta["levels"]
    }
    assert columns
    rows = queried(platform, columns, group_by_of(level, grain))
    different = {
        metric: found
        for metric, column in columns.items()
        if (
            found := differences(
                of_metrics(rows, metric),
                of_mart(platform, mart, column, level, period),
                column,
            )
        )
    }
    assert different == {}


def differences(
    computed: dict[tuple[str, ...], str],
    expected: dict[tuple[str, ...], Any],
    column: str,
) -> list[str]:
    """Where a metric and its column differ; a column that says nothing is one, too."""
    tolerance = LEAST_AMOUNT if column.endswith("_amount") else 0
    # Of two rounded amounts.
    relative = 1e-4 if column == "ltv_to_cac_ratio" else CLOSE
    found = [] if any(expected.values()) else ["nothing but zeros"]
    for key in sorted(computed.keys() | expected.keys()):
        if key not in computed or key not in expected:
            found.append(f"{key}: {computed.get(key)} instead of {expected.get(key)}")
            continue
        value, wanted = float(computed[key]), float(expected[key])
        if abs(value - wanted) > tolerance + relative * max(1, abs(wanted)):
            found.append(f"{key}: {value} instead of {wanted}")
    return found


def test_users_of_a_day_and_a_week_are_counted_once(platform: Platform) -> None:
    present: defaultdict[dt.date, set[str]] = defaultdict(set)
    for day, customer in platform.query(
        "select engagement_date, customer_id from marts.fct_engagement_daily"
        " where is_active"
    ):
        present[day].add(customer)
    metrics = ["daily_active_users", "weekly_active_users"]
    rows = queried(platform, metrics, group_by_of("total", "day"))
    assert len(rows) > 365
    for row in rows:
        day = dt.date.fromisoformat(row["metric_time__day"][:10])
        week = (present[day - dt.timedelta(days=back)] for back in range(7))
        assert int(row["daily_active_users"]) == len(present[day])
        assert int(row["weekly_active_users"]) == len(set().union(*week))


def test_lifetime_value_is_the_mean_of_those_who_have_one(platform: Platform) -> None:
    values = defaultdict(list)
    for country, value in platform.query(
        "select country_code,"
        " historic_margin_amount + lifetime_values.predicted_value_12m_amount"
        " from marts.customer_lifetime_value as lifetime_values"
        " join marts.customer_360 using (customer_id)"
    ):
        if value is not None:
            values[country].append(value)
    assert len(values) > 2
    rows = queried(platform, ["customer_lifetime_value"], ["customer__country"])
    means = {row["customer__country"]: row["customer_lifetime_value"] for row in rows}
    computed = {country: float(mean) for country, mean in means.items() if mean}
    assert computed == pytest.approx(
        {country: float(sum(each) / len(each)) for country, each in values.items()}
    )
