"""Any subset of the sources, none included, gives a platform that builds."""

from itertools import combinations
from pathlib import Path

import pytest

from demo.serving import serving
from demo.world import World, generate
from tests.python.support.compare import tables
from tests.python.support.platform import Platform
from tests.python.support.quick import some_quick

SOURCES = ("COMMERCE", "CRM", "SHOP")
SUBSETS = [
    subset for size in range(len(SOURCES)) for subset in combinations(SOURCES, size)
]
# First those that lack most: nothing at all, everything but orders, orders alone.
SUBSETS.sort(key=[(), ("COMMERCE", "CRM"), ("SHOP",), *SUBSETS].index)
QUICK_SUBSETS = 2
PEOPLE = 120
SCHEMAS = ["marts", "pii", "quality", "snapshots"]
MARTS = {
    "marts.churn_features",
    "marts.churn_model_evaluation",
    "marts.churn_model_reliability",
    "marts.churn_scores",
    "marts.customer_360",
    "marts.customer_history",
    "marts.customer_identities",
    "marts.customer_lifetime_value",
    "marts.customer_segments",
    "marts.dim_dates",
    "marts.dim_products",
    "marts.fct_engagement_daily",
    "marts.fct_order_lines",
    "marts.fct_orders",
    "marts.kpi_monthly",
    "pii.customer_contacts",
    "quality.rejected_records",
}


@pytest.fixture(scope="module")
def world(tmp_path_factory: pytest.TempPathFactory) -> World:
    return generate(PEOPLE, seed=3, folder=tmp_path_factory.mktemp("subsets") / "world")


@pytest.mark.parametrize(
    "subset",
    some_quick(SUBSETS, QUICK_SUBSETS),
    ids=lambda each: "+".join(each) or "none",
)
def test_a_subset_of_sources_builds(
    world: World, subset: tuple[str, ...], tmp_path: Path
) -> None:
    platform = Platform(tmp_path)
    with serving(world) as server:
        ingested = platform.ingest(
            variables={
                name: value
                for name, value in server.environment.items()
                if name.startswith(subset)
            }
        )
    for source in SOURCES:
        line = f"{source.lower()}: skipped"
        assert (line in ingested.stdout) is (source not in subset)
    # With the data tests: without customers there is nothing that they may miss.
    platform.dbt("--quiet", "build", "--exclude-resource-type", "unit_test")
    assert tables(platform.database, SCHEMAS) >= MARTS
    identities = dict(
        platform.query(
            "select source_name, count(*) from marts.customer_identities group by 1"
        )
    )
    assert set(identities) == {source.lower() for source in subset}
    customers = platform.value(
        "select count(distinct customer_id) from marts.customer_identities"
    )
    assert platform.value("select count(*) from marts.customer_360") == customers
    # Few people: those who ordered have no model yet, and nobody else a score at all.
    for mart, score in (
        ("churn_scores", "churn_probability"),
        ("customer_lifetime_value", "predicted_value_12m_amount"),
    ):
        found = platform.query(
            f"select distinct score_status, {score}, customer_id in"
            " (select customer_id from marts.fct_orders where is_valid)"
            f" from marts.{mart}"
        )
        expected = {("no_orders", None, False)} if customers else set()
        # Orders are the shop's.
        expected |= {("no_model", None, True)} if "SHOP" in subset else set()
        assert set(found) == expected
        assert platform.value(f"select count(*) from marts.{mart}") == customers
