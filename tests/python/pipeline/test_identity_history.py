"""Customers that merge, split and lose records over several builds.

The records have no names, so that only what is stated here links them: an email, or the
account in the web shop that a record names.
"""

import datetime as dt
import hashlib
import shutil
from pathlib import Path
from typing import Any, NamedTuple

import pytest

from tests.python.support.compare import differences, tables
from tests.python.support.identity_lab import FIRST_LOAD, IdentityLab, Records
from tests.python.support.platform import Platform

# Without `customer_360` and all that it is made of, which foreign keys name.
PUBLISHED = (
    "+snap_identity__customer_records",
    "customer_identities",
    "customer_id_changes",
    "identity_changes",
)
HISTORY = (
    "customer_identities",
    "customer_id_changes",
    "identity_changes",
    "snap_identity__customer_records",
    "int_customer_identities_compared",
    "int_customer_identities_accepted",
)
DAYS = [FIRST_LOAD.replace(tzinfo=None) + dt.timedelta(days=day) for day in range(5)]


def id_of(record: str) -> str:
    """The id of a customer that was named after a record."""
    return hashlib.md5(record.encode()).hexdigest()


ADA, BEN, FAY, GIL = map(id_of, ("crm:ada", "commerce:ben", "shop:fay", "commerce:gil"))
GHOST, FAY_WITHOUT_FIRST = id_of("commerce:ghost"), id_of("commerce:fay")


def bridge(email: str) -> Records:
    """An account of Ben in the shop, whose email may be Ada's."""
    row = {"customer_id": "ben", "commerce_customer_id": "ben", "email": email}
    return {"shop.customers": [row]}


def event(customer: str, received: str) -> Records:
    """The same event, named after a customer."""
    row = {"event_id": "1", "customer_id": customer, "event_type": "login"}
    times = {"occurred_at": "2025-06-01 00:00:00", "received_at": received}
    return {"commerce.events": [{**row, **times}]}


# What is landed on each day.
LOADS: list[Records] = [
    {
        "crm.contacts": [{"id": "ada", "email": "ada@example.com"}],
        "commerce.customers": [{"customer_id": "ben"}, {"customer_id": "gil"}],
        "shop.customers": [{"customer_id": "fay", "commerce_customer_id": "fay"}],
        **event("ghost", "2025-06-01 01:00:00"),
    },
    {
        **bridge("ada@example.com"),
        "commerce.customers": [{"customer_id": "fay"}],
        "crm.contacts": [{"id": "fay", "commerce_customer_id": "fay"}],
    },
    {
        **bridge("ben@example.com"),
        **event("gil", "2025-06-03 01:00:00"),
    },
    bridge("ada@example.com"),
    {"shop.customers": [{"customer_id": "fay", "commerce_customer_id": "gil"}]},
]
MERGED, SPLIT, MERGED_AGAIN, MOVED = 1, 2, 3, 4


class State(NamedTuple):
    """What was published after a build.

    Attributes:
        customers: The customer of each record.
        id_changes: New id, reason and time by old id.
        changes: Customers and records by kind of change, in this build.
    """

    customers: dict[str, str]
    id_changes: dict[str, tuple[str | None, str, dt.datetime]]
    changes: dict[str, tuple[int, int]]


def state(platform: Platform) -> State:
    query = platform.query
    return State(
        dict(
            query(
                "select source_name || ':' || source_record_id, customer_id"
                " from marts.customer_identities where is_current"
            )
        ),
        {
            old: (new, why, when)
            for old, new, why, when in query(
                "select old_customer_id, new_customer_id, reason, changed_at"
                " from marts.customer_id_changes"
            )
        },
        {
            kind: (customers, records)
            for kind, customers, records in query(
                "select change_type, customer_count, changed_record_count"
                " from quality.identity_changes"
            )
        },
    )


class Played(NamedTuple):
    """The loads, each followed by a build."""

    lab: IdentityLab
    states: list[State]


@pytest.fixture(scope="module")
def played(tmp_path_factory: pytest.TempPathFactory) -> Played:
    lab = IdentityLab(tmp_path_factory.mktemp("history"))
    states = []
    for load in LOADS:
        lab.land(load)
        lab.platform.build("--select", *PUBLISHED)
        states.append(state(lab.platform))
    return Played(lab, states)


def intervals(platform: Platform, record: str) -> list[tuple[Any, ...]]:
    return platform.query(
        "select customer_id, valid_from, valid_to, is_current"
        " from marts.customer_identities"
        " where source_name || ':' || source_record_id = ? order by valid_from",
        [record],
    )


def customer_on(platform: Platform, record: str, when: dt.datetime) -> str | None:
    """Who the record was at a time."""
    found = [
        customer
        for customer, begin, end, _ in intervals(platform, record)
        if begin <= when and (end is None or when < end)
    ]
    assert len(found) <= 1
    return found[0] if found else None


def test_on_the_first_build_everybody_is_new(played: Played) -> None:
    first = played.states[0]
    assert first.changes == {
        "new": (5, 5),
        "joined": (0, 0),
        "split": (0, 0),
        "moved": (0, 0),
    }
    assert set(first.customers.values()) == {ADA, BEN, FAY, GIL, GHOST}
    assert first.id_changes == {}


def test_a_later_record_merges_two_customers(played: Played) -> None:
    merged = played.states[MERGED]
    assert merged.customers["crm:ada"] == merged.customers["commerce:ben"] == BEN
    assert merged.id_changes == {ADA: (BEN, "merged", DAYS[MERGED])}
    # Fay has two records more, but is the same customer; the bridge is nobody new.
    assert merged.changes == {
        "new": (0, 0),
        "joined": (2, 2),
        "split": (0, 0),
        "moved": (0, 0),
    }


def test_a_corrected_email_splits_them_again(played: Played) -> None:
    split = played.states[SPLIT]
    assert split.customers["crm:ada"] == ADA
    assert split.customers["commerce:ben"] == split.customers["shop:ben"] == BEN
    assert split.changes == {
        "new": (0, 0),
        "joined": (0, 0),
        "split": (1, 1),
        "moved": (0, 0),
    }
    # Who holds Ada's id has the right one; who holds Ben's has had Ada in it.
    assert ADA not in split.id_changes
    assert split.id_changes[BEN] == (BEN, "split", DAYS[SPLIT])


def test_the_same_two_merge_again(played: Played) -> None:
    again = played.states[MERGED_AGAIN]
    assert again.customers == played.states[SPLIT].customers | {"crm:ada": BEN}
    assert again.id_changes[ADA] == (BEN, "merged", DAYS[MERGED_AGAIN])
    assert BEN not in again.id_changes
    assert again.changes["joined"] == (2, 3)


def test_an_id_follows_the_record_that_it_was_made_of(played: Played) -> None:
    moved = played.states[MOVED]
    assert moved.customers["shop:fay"] == GIL
    assert moved.customers["commerce:fay"] == FAY_WITHOUT_FIRST
    assert moved.customers["crm:fay"] == FAY_WITHOUT_FIRST
    assert moved.id_changes[FAY] == (GIL, "moved", DAYS[MOVED])
    # Fay goes on as Gil, and leaves two records behind.
    assert moved.changes == {
        "new": (0, 0),
        "joined": (2, 4),
        "split": (1, 2),
        "moved": (0, 0),
    }


def test_an_id_that_nobody_names_any_more_is_closed(played: Played) -> None:
    platform = played.lab.platform
    assert intervals(platform, "commerce:ghost") == [
        (GHOST, DAYS[0], DAYS[SPLIT], False)
    ]
    final = played.states[-1]
    assert final.id_changes[GHOST] == (None, "removed", DAYS[SPLIT])
    assert "commerce:ghost" not in final.customers


def test_who_was_this_on_that_day(played: Played) -> None:
    platform = played.lab.platform
    noon = dt.timedelta(hours=12)
    assert [customer_on(platform, "crm:ada", day + noon) for day in DAYS] == [
        ADA,
        BEN,
        ADA,
        BEN,
        BEN,
    ]
    assert customer_on(platform, "crm:ada", DAYS[0] - noon) is None
    assert customer_on(platform, "crm:ada", DAYS[1]) == BEN
    # First heard of on the second day.
    assert customer_on(platform, "crm:fay", DAYS[0] + noon) is None
    assert customer_on(platform, "crm:fay", DAYS[1]) == FAY


def test_every_id_ever_issued_leads_to_the_customer_of_its_record(
    played: Played,
) -> None:
    final = played.states[-1]
    issued = {each for state in played.states for each in state.customers.values()}
    records = {id_of(record): record for state in played.states for record in state[0]}
    assert {ADA, BEN, FAY, GIL, GHOST, FAY_WITHOUT_FIRST} <= issued
    for issued_id in issued:
        new, *_ = final.id_changes.get(issued_id, (issued_id,))
        assert new == final.customers.get(records[issued_id])


def test_all_data_tests_pass(played: Played) -> None:
    platform = played.lab.platform
    platform.build("--select", "+customer_360")
    platform.dbt(
        "test",
        "--select",
        *HISTORY,
        "--indirect-selection",
        "buildable",
        "--exclude-resource-type",
        "unit_test",
    )


def test_one_build_of_the_same_log_has_the_same_current_rows(
    played: Played, tmp_path: Path
) -> None:
    whole = Platform(tmp_path, lake=played.lab.platform.lake)
    whole.build("--select", *PUBLISHED)
    assert state(whole).customers == played.states[-1].customers
    assert state(whole).id_changes == {}


def test_a_full_refresh_changes_nothing(played: Played, tmp_path: Path) -> None:
    before = tmp_path / "before.duckdb"
    shutil.copy(played.lab.platform.database, before)
    played.lab.platform.build("--full-refresh", "--select", *PUBLISHED)
    assert state(played.lab.platform).customers == played.states[-1].customers
    names = tables(before, ["marts", "snapshots"])
    assert {"marts.customer_id_changes", "marts.customer_identities"} <= names
    assert list(differences(before, played.lab.platform.database, names)) == []
