"""The known world after some weeks: everybody is there, and the truth is found."""

import pytest

from tests.python.pipeline.conftest import PlayedWorld
from tests.python.support.clusters import agreement, pair_agreement

LEAST_PRECISION = 0.95


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
    owners = query("select distinct customer_id from marts.customer_identities")
    assert len(customers) == len(set(customers))
    assert set(customers) == set(owners)


def test_customers_are_the_true_people(
    played_world: PlayedWorld, capsys: pytest.CaptureFixture[str]
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
    with capsys.disabled():
        print(
            f"\nidentity, {len(resolved):,} records of"
            f" {len(set(person_of.values())):,} people"
            f"\n  linked pairs: precision {pair_precision:.4f},"
            f" recall {pair_recall:.4f}"
            f"\n  clusters:     precision {clusters.precision:.4f},"
            f" recall {clusters.recall:.4f}, F1 {clusters.f1:.4f}"
            f"\n  biggest cluster {clusters.biggest} records,"
            f" truly {clusters.biggest_true}"
        )
    assert clusters.precision >= LEAST_PRECISION


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
