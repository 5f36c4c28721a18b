"""Between source and KPI nothing is lost, nothing is there twice, and it would be seen.

The known world is landed and built twice. Nothing is left unexplained, what the world
planted has its reason, and a record or an amount that is tampered with turns the build
red. A past as-of date is explained, and a lake from before ingestion logged its loads.
"""

import json
import shutil
from collections.abc import Iterator
from decimal import Decimal
from pathlib import Path

import duckdb
import pytest

from demo.serving import serving
from demo.world import World, generate
from tests.python.support.platform import Platform, succeeded
from tests.python.support.quick import some_quick

PEOPLE = 400
RECONCILIATION = (
    "models/intermediate/quality",
    "reconciliation",
    "reconciliation_reasons",
    "assert_every_difference_is_explained",
)
# The measure without its currency.
STEP = "regexp_replace(measure, '_(staging|facts)_[a-z]{3}$', '_\\1')"
UNEXPLAINED = (
    f"select table_name, {STEP}, sum(unexplained_difference)"
    " from quality.reconciliation where unexplained_difference <> 0 group by all"
)
# Values of a known order: valid, and paid in the reporting currency or another.
ORDER = "(select min(order_id) from marts.fct_orders where is_valid)"
QUICK_TAMPERING = 3
Expected = dict[tuple[str, str], Decimal | int | None]
TAMPERING: dict[str, tuple[str, Expected]] = {
    "a staged order is lost": (
        f"delete from staging.stg_shop__orders where order_id = {ORDER}",
        {
            ("shop.orders", "versions_raw_to_staging"): 1,
            ("shop.orders", "records_staging_to_facts"): -1,
        },
    ),
    "a staged order is there twice": (
        "insert into staging.stg_shop__orders"
        f" select * from staging.stg_shop__orders where order_id = {ORDER}",
        {
            ("shop.orders", "versions_raw_to_staging"): -1,
            ("shop.orders", "records_staging_to_facts"): 1,
        },
    ),
    "an amount in staging is another": (
        "update staging.stg_shop__orders set total_amount = total_amount + 0.0001"
        f" where order_id = {ORDER}",
        {
            ("shop.orders", "gross_amount_raw_to_staging"): Decimal("-0.0001"),
            ("shop.orders", "gross_amount_staging_to_facts"): Decimal("0.0001"),
        },
    ),
    "an amount in the fact is another": (
        "update marts.fct_orders set gross_amount_original = gross_amount_original + 1,"
        f" gross_amount = gross_amount + 0.0001 where order_id = {ORDER}",
        {("shop.orders", "gross_amount_facts_to_kpis"): Decimal("0.0001")},
    ),
    "a refund in staging is of less": (
        "update staging.stg_shop__refunds set refund_amount = refund_amount - 2"
        " where refund_id = (select min(refund_id) from staging.stg_shop__refunds)",
        {("shop.refunds", "refunded_amount_raw_to_staging"): 2},
    ),
    "spend in staging is of more": (
        "update staging.stg_crm__campaign_spends set spend_amount = spend_amount + 1"
        " where campaign_spend_id = (select min(campaign_spend_id)"
        " from staging.stg_crm__campaign_spends)",
        {
            ("crm.campaign_spend", "spend_amount_raw_to_staging"): -1,
            ("crm.campaign_spend", "spend_amount_staging_to_facts"): 1,
        },
    ),
    "an order of the fact is lost": (
        f"delete from marts.fct_orders where order_id = {ORDER}",
        {
            ("shop.orders", "records_staging_to_facts"): 1,
            ("shop.orders", "records_facts_to_kpis"): -1,
        },
    ),
    "a raw version is not there": (
        "delete from staging.stg_ingestion__record_versions"
        f" where table_name = 'shop.orders' and source_record_id = {ORDER}"
        " and _loaded_at = (select _loaded_at from staging.stg_shop__orders"
        f" where order_id = {ORDER})",
        {
            ("shop.orders", "records_read_to_raw"): 1,
            ("shop.orders", "versions_raw_to_staging"): -1,
        },
    ),
    "visits are counted twice": (
        "update marts.fct_engagement_daily set event_count = event_count + 1"
        " where (customer_id, engagement_date) = (select min((customer_id,"
        " engagement_date)) from marts.fct_engagement_daily)",
        {("commerce.events", "records_staging_to_facts"): -1},
    ),
    "spend of a day is missing in the KPIs": (
        "update marts.kpi_daily set marketing_spend_amount = 0"
        " where level_name = 'total' and date_day = (select min(date_day)"
        " from marts.kpi_daily where marketing_spend_amount > 1)",
        {("crm.campaign_spend", "spend_amount_facts_to_kpis"): None},
    ),
    "a new customer is missing in the KPIs": (
        "update marts.kpi_daily set new_customer_count = new_customer_count - 1"
        " where level_name = 'total' and date_day = (select min(date_day)"
        " from marts.kpi_daily where new_customer_count > 0)",
        {("shop.orders", "new_customers_facts_to_kpis"): 1},
    ),
    "an active customer of a day is one too many": (
        "update marts.kpi_daily set dau = dau + 1 where level_name = 'total'"
        " and date_day = (select max(date_day) from marts.kpi_daily)",
        {("commerce.events", "active_customer_days_facts_to_kpis"): -1},
    ),
    "a ticket is missing in the KPIs": (
        "update marts.kpi_monthly set ticket_count = ticket_count - 1"
        " where level_name = 'total' and month_start_date = (select"
        " min(month_start_date) from marts.kpi_monthly where ticket_count > 0)",
        {("crm.tickets", "records_facts_to_kpis"): 1},
    ),
}


@pytest.fixture(scope="module")
def world(tmp_path_factory: pytest.TempPathFactory) -> World:
    folder: Path = tmp_path_factory.mktemp("world")
    return generate(PEOPLE, seed=5, folder=folder / "world")


@pytest.fixture(scope="module")
def platform(
    world: World, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Platform]:
    platform = Platform(tmp_path_factory.mktemp("reconciled"))
    with serving(world) as server:
        platform.ingest(variables=server.environment)
        platform.build()
        words = ("python", "-m", "demo", "advance", "--days", "3")
        succeeded(platform.run(*words, "--world", world.folder))
        platform.ingest(variables=server.environment)
        platform.build()
    yield platform


@pytest.fixture
def copied(platform: Platform, tmp_path: Path) -> Platform:
    """Returns the platform with a database of its own; views know it by its name."""
    copied = Platform(tmp_path, lake=platform.lake)
    shutil.copy(platform.database, copied.database)
    return copied


def reasons(platform: Platform) -> set[tuple[str, str]]:
    return set(
        platform.query(
            "select table_name, reason from quality.reconciliation_reasons"
            " where explained_value <> 0"
        )
    )


def test_nothing_is_left_unexplained(platform: Platform) -> None:
    assert platform.query(UNEXPLAINED) == []
    words = ("test", "--select", "assert_every_difference_is_explained")
    platform.dbt("--quiet", *words)


def test_every_table_is_followed_through_every_step(platform: Platform) -> None:
    found = set(
        platform.query(
            f"select table_name, {STEP} from quality.reconciliation"
            " where source_value > 0"
        )
    )
    steps = {step for _, step in found}
    assert steps == {
        "records_read_to_raw",
        "versions_raw_to_staging",
        "gross_amount_raw_to_staging",
        "refunded_amount_raw_to_staging",
        "spend_amount_raw_to_staging",
        "records_staging_to_facts",
        "gross_amount_staging_to_facts",
        "refunded_amount_staging_to_facts",
        "spend_amount_staging_to_facts",
        "records_facts_to_kpis",
        "gross_amount_facts_to_kpis",
        "refunded_amount_facts_to_kpis",
        "spend_amount_facts_to_kpis",
        "new_customers_facts_to_kpis",
        "active_customer_days_facts_to_kpis",
    }
    to_kpis = {table for table, step in found if step == "records_facts_to_kpis"}
    assert to_kpis == {"crm.tickets", "shop.orders"}
    for step in ("records_read_to_raw", "versions_raw_to_staging"):
        assert sum(one == step for _, one in found) == 12


def test_what_the_world_planted_has_its_reason(
    platform: Platform, world: World
) -> None:
    found = reasons(platform)
    tables = {table for table, reason in found if reason == "rejected"}
    assert tables == {
        f"{row['source_name']}.{row['table_name']}"
        for row in world.truth.rows("malformed")
    }
    assert found >= {
        ("commerce.events", "unchanged"),
        ("shop.products", "unchanged"),
        ("shop.orders", "outside_window"),
        ("shop.orders", "superseded"),
        ("crm.contacts", "superseded"),
        ("commerce.customers", "referenced_only"),
        ("commerce.events", "anonymous_visitor"),
        ("shop.order_lines", "unknown_order"),
        ("shop.orders", "cancelled"),
        ("shop.orders", "refunded_in_full"),
        ("shop.refunds", "refunded_in_full"),
    }
    assert not {reason for _, reason in found} & {"not_logged", "not_logged_yet"}


def test_rejections_are_counted_by_table_as_the_world_planted_them(
    platform: Platform, world: World
) -> None:
    planted: dict[str, int] = {}
    for row in world.truth.rows("malformed"):
        name = f"{row['source_name']}.{row['table_name']}"
        planted[name] = planted.get(name, 0) + 1
    counted = platform.query(
        "select table_name, cast(sum(explained_value) as int)"
        " from quality.reconciliation_reasons where reason = 'rejected' group by all"
    )
    assert dict(counted) == planted


@pytest.mark.parametrize("name", some_quick(TAMPERING, QUICK_TAMPERING))
def test_tampering_turns_the_build_red(copied: Platform, name: str) -> None:
    statement, expected = TAMPERING[name]
    with duckdb.connect(str(copied.database)) as connection:
        assert connection.execute(statement).fetchall()[0][0] == 1
    tests = ("--exclude-resource-type", "unit_test")
    run = copied.run("dbt", "build", "--select", *RECONCILIATION, *tests)
    assert run.returncode == 1
    assert "FAIL" in run.stdout
    assert "assert_every_difference_is_explained" in run.stdout
    found = {
        (table, measure): difference
        for table, measure, difference in copied.query(UNEXPLAINED)
    }
    for step, difference in expected.items():
        assert step in found
        assert difference is None or found[step] == difference


def test_a_past_as_of_date_is_explained(copied: Platform) -> None:
    day = copied.value(
        "select cast(min(as_of_date) - 30 as varchar) from intermediate.int_as_of_date"
    )
    copied.build("--vars", json.dumps({"as_of_date": day}))
    assert copied.query(UNEXPLAINED) == []
    later = {table for table, reason in reasons(copied) if reason == "after_as_of_date"}
    assert later == {
        "commerce.events",
        "crm.campaign_spend",
        "crm.tickets",
        "shop.order_lines",
        "shop.orders",
        "shop.refunds",
    }


def test_a_lake_from_before_the_log_is_explained(
    platform: Platform, world: World, tmp_path: Path
) -> None:
    """As it is before the next run, and once that has said what it does not know."""
    old = Platform(tmp_path)
    shutil.copytree(platform.lake, old.lake)
    shutil.rmtree(old.lake / "_ingestion" / "loads" / "_delta_log")
    for commit in old.lake.glob("*/*/_delta_log/*.json"):
        actions = [json.loads(line) for line in commit.read_text().splitlines()]
        for action in actions:
            action.get("commitInfo", {}).pop("ingestion.loads", None)
        commit.write_text("".join(json.dumps(action) + "\n" for action in actions))
    # Makes the tables that are missing, and reads nothing.
    succeeded(old.run("python", "-m", "ingestion", "run"))
    assert read_reasons(old, "--full-refresh") >= {"not_logged"}
    with serving(world) as server:
        old.ingest("--full-refresh", variables=server.environment)
    assert read_reasons(old) >= {"not_logged", "unchanged"}


def read_reasons(platform: Platform, *arguments: str) -> set[str]:
    """Builds the step from read to raw, all explained, and returns its reasons."""
    platform.build("--select", "+int_loads_reconciled", *arguments)
    entries = "from intermediate.int_loads_reconciled"
    left = platform.query(
        "select table_name, day_date, sum(case entry_name when 'source_value'"
        f" then entry_value else -entry_value end) as difference {entries}"
        " group by all having difference <> 0"
    )
    assert left == []
    return {name for (name,) in platform.query(f"select distinct entry_name {entries}")}
