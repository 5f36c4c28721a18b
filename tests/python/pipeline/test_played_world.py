"""The known world, played over several weeks, ingested and built after each part.

Everybody is there, the truth is found, and the many builds equal one full refresh.
"""

from collections import defaultdict
from pathlib import Path
from typing import NamedTuple

import pytest
import yaml

from demo.serving import serving
from demo.world import World, generate
from tests.python.support.clusters import agreement, pair_agreement
from tests.python.support.compare import differences, tables
from tests.python.support.histories import COMPARISONS, HISTORIES
from tests.python.support.platform import REPOSITORY, Platform, succeeded

SCHEMAS = ["staging", "intermediate", "marts", "pii", "quality", "reference"]
CURRENT_IDENTITIES = (
    "select source_name, source_record_id, customer_id"
    " from marts.customer_identities where is_current order by all"
)
LEAST_PRECISION = 0.95
# The first build, and one after each part: eleven cuts of one raw log.
PARTS = 10
DAYS_IN_A_PART = "3"


class PlayedWorld(NamedTuple):
    """A world of 2,000 people after `PARTS` parts.

    Attributes:
        world: The sources and the truth.
        platform: Ingested and built after every part.
        changes: Share of customers that each later build changed, by kind.
    """

    world: World
    platform: Platform
    changes: list[dict[str, float]]


@pytest.fixture(scope="module")
def played_world(tmp_path_factory: pytest.TempPathFactory) -> PlayedWorld:
    folder: Path = tmp_path_factory.mktemp("played_world")
    world = generate("small", seed=11, folder=folder / "world")
    platform = Platform(folder)
    changes = []
    with serving(world) as server:
        platform.ingest(variables=server.environment)
        platform.build()
        for _ in range(PARTS):
            words = ("python", "-m", "demo", "advance", "--days", DAYS_IN_A_PART)
            succeeded(platform.run(*words, "--world", folder / "world"))
            platform.ingest(variables=server.environment)
            platform.build()
            changes.append(
                dict(
                    platform.query(
                        "select change_type, customer_rate"
                        " from quality.identity_changes"
                    )
                )
            )
    return PlayedWorld(world, platform, changes)


def test_every_source_record_belongs_to_one_customer(
    played_world: PlayedWorld,
) -> None:
    records = played_world.world.truth.rows("records")
    known = {(row["source_name"], row["source_record_id"]) for row in records}
    delivered = {
        (row["source_name"], row["source_record_id"])
        for row in records
        if row["is_in_source"]
    }
    malformed = {
        (row["source_name"], row["true_key"])
        for row in played_world.world.truth.rows("malformed")
        if row["table_name"] in ("customers", "contacts")
    }
    identities = played_world.platform.query(
        "select source_name, source_record_id from marts.customer_identities"
        " where is_current"
    )
    assert len(identities) == len(set(identities))
    assert delivered - set(identities) <= malformed
    assert set(identities) <= known


def test_every_customer_stands_once_in_customer_360(
    played_world: PlayedWorld,
) -> None:
    query = played_world.platform.query
    customers = query("select customer_id from marts.customer_360")
    owners = query(
        "select distinct customer_id from marts.customer_identities where is_current"
    )
    assert len(customers) == len(set(customers))
    assert set(customers) == set(owners)


def test_customers_are_the_true_people(
    played_world: PlayedWorld, figures: list[str]
) -> None:
    person_of = {
        f"{row['source_name']}:{row['source_record_id']}": row["person_id"]
        for row in played_world.world.truth.rows("records")
    }
    resolved = played_world.platform.query(
        "select record_key, customer_id from intermediate.int_customer_records_resolved"
    )
    linked = set(
        played_world.platform.query(
            "select distinct least(source_node, target_node),"
            " greatest(source_node, target_node)"
            " from intermediate.int_customer_records_linked"
        )
    )
    clusters = agreement(
        [person_of[record] for record, _ in resolved],
        [customer for _, customer in resolved],
    )
    pair_precision, pair_recall = pair_agreement(person_of, linked)
    figures.append(
        f"identity, {len(resolved):,} records of"
        f" {len(set(person_of.values())):,} people"
        f"\n  linked pairs: precision {pair_precision:.4f}, recall {pair_recall:.4f}"
        f"\n  clusters:     precision {clusters.precision:.4f},"
        f" recall {clusters.recall:.4f}, F1 {clusters.f1:.4f}"
        f"\n  biggest cluster {clusters.biggest} records, truly {clusters.biggest_true}"
    )
    assert clusters.precision >= LEAST_PRECISION


def test_visits_without_a_login_belong_to_whoever_made_them(
    played_world: PlayedWorld, figures: list[str]
) -> None:
    truth = played_world.world.truth
    visitor_of = {row["event_id"]: row["person_id"] for row in truth.rows("events")}
    person_of = {
        row["source_record_id"]: row["person_id"]
        for row in truth.rows("records")
        if row["source_name"] == "commerce"
    }
    query = played_world.platform.query
    people_of = defaultdict(set)
    for customer, account in query(
        "select customer_id, source_record_id"
        " from intermediate.int_customer_records_resolved"
        " where source_name = 'commerce'"
    ):
        people_of[customer].add(person_of[account])
    stitched = query(
        "select event_id, customer_id from intermediate.int_events_identified"
        " where is_stitched"
    )
    right = {
        event
        for event, customer in stitched
        if visitor_of[event] in people_of[customer]
    }
    # What could be known: visits on devices on which their visitor alone has logged in.
    users_of = defaultdict(set)
    visits = []
    for event, device, account in query(
        "select event_id, anonymous_id, customer_id from staging.stg_commerce__events"
        " where anonymous_id is not null"
    ):
        if account:
            users_of[device].add(person_of[account])
        elif visitor_of[event]:
            visits.append((event, device))
    knowable = {
        event for event, device in visits if users_of[device] == {visitor_of[event]}
    }
    precision = len(right) / len(stitched)
    recall = len(right & knowable) / len(knowable)
    shared = sum(len(people) > 1 for people in users_of.values())
    figures.append(
        f"visits without a login, {len(visits):,} by people with an account:"
        f"\n  precision {precision:.4f}, recall {recall:.4f} of {len(knowable):,} whose"
        f" device tells, {shared} shared devices"
    )
    assert shared > 10
    assert precision >= 0.98
    assert recall >= 0.97


def test_every_malformed_record_is_rejected_and_nothing_else(
    played_world: PlayedWorld,
) -> None:
    planted = [
        (row["source_name"], row["table_name"], row["source_record_id"])
        for row in played_world.world.truth.rows("malformed")
    ]
    rejected = played_world.platform.query(
        "select source_name, table_name, source_record_id, reason"
        " from quality.rejected_records"
    )
    assert planted
    assert sorted(map(str, planted)) == sorted(str(row[:3]) for row in rejected)
    assert all(reason for *_, reason in rejected)


def test_many_builds_equal_one_full_refresh(
    played_world: PlayedWorld, tmp_path: Path
) -> None:
    cut = played_world.platform
    whole = Platform(tmp_path, lake=cut.lake)
    whole.build()
    names = tables(cut.database, SCHEMAS)
    assert names == tables(whole.database, SCHEMAS)
    assert names >= HISTORIES
    assert PARTS >= 10
    assert list(differences(cut.database, whole.database, names - HISTORIES)) == []
    assert cut.query(CURRENT_IDENTITIES) == whole.query(CURRENT_IDENTITIES)


def test_a_build_without_news_changes_nothing(
    played_world: PlayedWorld, tmp_path: Path
) -> None:
    platform = played_world.platform
    before = tmp_path / "before.duckdb"
    before.write_bytes(platform.database.read_bytes())
    platform.build()
    names = tables(before, [*SCHEMAS, "snapshots"])
    assert names >= COMPARISONS
    found = differences(before, platform.database, names - COMPARISONS)
    assert list(found) == []
    changed = "select sum(customer_count) from quality.identity_changes"
    assert platform.value(changed) == 0


def test_the_log_that_was_cut_holds_late_and_corrected_records(
    played_world: PlayedWorld,
) -> None:
    """Without them the comparison above would prove little."""
    platform = played_world.platform
    for table, key in [("crm/contacts", "id"), ("shop/orders", "order_id")]:
        versions, records = platform.query(
            "select count(*), count(distinct record) from ("
            f"select {key} as record from read_parquet(?))",
            [str(platform.lake / table / "*.parquet")],
        )[0]
        assert versions > records


def test_ordinary_days_pass_the_gate_of_identities(
    played_world: PlayedWorld, figures: list[str]
) -> None:
    project = yaml.safe_load((REPOSITORY / "dbt_project.yml").read_text())
    limits = project["vars"]["cdp"]
    worst = {
        kind: max(changes[kind] for changes in played_world.changes)
        for kind in ("joined", "split", "moved")
    }
    figures.append(
        f"identity, most that one of {PARTS} builds changed, of all customers:"
        + "".join(f"\n  {kind:<8} {rate:.4f}" for kind, rate in worst.items())
    )
    assert worst["joined"] > 0
    assert worst["joined"] <= limits["max_joined_customer_rate"]
    assert worst["split"] + worst["moved"] <= limits["max_split_customer_rate"]
