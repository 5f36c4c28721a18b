"""Playing on: what a week changes, and that it changes nothing else."""

import datetime as dt
import json
import sqlite3
from pathlib import Path
from typing import Any

import pytest

from demo.advance import advance
from demo.frames import DAY
from demo.given import from_customers
from demo.serving import serving
from demo.world import World, WorldError, generate
from tests.python.demo.client import Client
from tests.python.demo.contents import delivered, dump, violations

EXPECTED = {
    ("commerce", "customers"): {"created", "corrected", "moved", "deleted"},
    ("crm", "contacts"): {
        "created",
        "corrected",
        "moved",
        "archived",
        "survived merge",
        "merged away",
    },
    ("crm", "tickets"): {"created", "closed"},
    ("crm", "consents"): {"created", "withdrawn"},
    ("crm", "campaign_spend"): {"created", "restated"},
    ("shop", "customers"): {"created", "corrected", "moved", "deleted"},
    ("shop", "orders"): {"created", "late", "moved on", "cancelled", "restated"},
    ("shop", "order_lines"): {"created"},
    ("shop", "refunds"): {"created"},
}


@pytest.fixture(scope="module")
def week(tmp_path_factory: pytest.TempPathFactory) -> tuple[World, Any, Any]:
    """A world after a week, and its records before and after."""
    world = generate(800, 6, tmp_path_factory.mktemp("played") / "w")
    with serving(world, throttle_every=0) as server:
        client = Client(server)
        before = _by_key(client)
        advance(world, 7)
        # The same server: it reads what is there now.
        after = _by_key(client)
        client.http.close()
    return world, before, after


def _by_key(client: Client) -> dict[tuple[str, str, str], dict[str, Any]]:
    keys = {"customers": "customer_id", "orders": "order_id", "refunds": "refund_id"}
    keys |= {"order_lines": "order_line_id", "events": "event_id"}
    return {
        (source, table, str(row[keys.get(table, "id")])): row
        for source, table, row in delivered(client)
        if table not in ("exchange_rates", "products")
    }


def test_a_week_brings_every_kind_of_change(week: tuple[World, Any, Any]) -> None:
    kinds: dict[tuple[str, str], set[str]] = {}
    for row in week[0].truth.rows("changes"):
        table = (row["source_name"], row["table_name"])
        kinds.setdefault(table, set()).add(row["change"])
    assert kinds.keys() == EXPECTED.keys()
    for table, wanted in EXPECTED.items():
        # In a small world not every week has a cancelled and a late order.
        assert wanted - kinds[table] <= {"cancelled", "late"}, table
        assert kinds[table] <= wanted, table


def test_just_the_noted_records_changed(week: tuple[World, Any, Any]) -> None:
    world, before, after = week
    noted = {
        (row["source_name"], row["table_name"], row["source_record_id"])
        for row in world.truth.rows("changes")
    }
    differs = {
        key
        for key in before.keys() | after.keys()
        if before.get(key) != after.get(key) and key[1] != "events"
    }
    assert differs == noted
    assert before.keys() <= after.keys()


def test_whatever_changed_says_when(week: tuple[World, Any, Any]) -> None:
    world, before, after = week
    begin = world.now - 7 * DAY
    names = {"shop": "updated_at", "commerce": "updated_at"}
    for (source, table, key), row in after.items():
        if table == "events" or before.get((source, table, key)) == row:
            continue
        crm = "lastmodifieddate" if table == "contacts" else "hs_lastmodifieddate"
        text = row[names.get(source, crm)].replace(" ", "T")[:19]
        at = int(_epoch(text))
        assert begin < at <= world.now, (source, table, row)


def _epoch(text: str) -> float:
    return dt.datetime.fromisoformat(f"{text}+00:00").timestamp()


def test_merges_archive_one_and_grow_the_other(week: tuple[World, Any, Any]) -> None:
    world, _, after = week
    owner = {
        r["source_record_id"]: r["person_id"]
        for r in world.truth.rows("records")
        if r["source_name"] == "crm"
    }
    changes = world.truth.rows("changes")
    survivors = [
        r["source_record_id"] for r in changes if r["change"] == "survived merge"
    ]
    merged = [r["source_record_id"] for r in changes if r["change"] == "merged away"]
    assert len(survivors) == len(merged) > 0
    for survivor, gone in zip(survivors, merged, strict=True):
        ids = after["crm", "contacts", survivor]["hs_merged_object_ids"].split(";")
        assert gone in ids
        assert owner[survivor] == owner[gone]


def test_malformed_records_stay_as_they_were(week: tuple[World, Any, Any]) -> None:
    world, before, after = week
    broken = {key for key, row in before.items() if violations(*key[:2], row)}
    assert broken
    assert all(before[key] == after[key] for key in broken)
    listed = world.truth.table("malformed").num_rows
    assert len({k for k, row in after.items() if violations(*k[:2], row)}) <= listed


def test_the_truth_keeps_up(week: tuple[World, Any, Any]) -> None:
    world, _, after = week
    orders = {row["order_id"] for row in world.truth.rows("orders")}
    given = {key[2] for key in after if key[:2] == ("shop", "orders")} - {"None"}
    assert given <= orders
    people = {row["person_id"] for row in world.truth.rows("people")}
    records = world.truth.rows("records")
    assert {row["person_id"] for row in records} == people
    assert len({(r["source_name"], r["source_record_id"]) for r in records}) == len(
        records
    )
    events = [row["event_id"] for row in world.truth.rows("events")]
    assert len(events) == len(set(events))


def test_days_are_the_same_however_they_are_played(tmp_path: Path) -> None:
    one, two = (generate(120, 2, tmp_path / name) for name in ("one", "two"))
    advance(one, 3)
    advance(two, 1)
    advance(two, 2)
    assert dump(one) == dump(two)


def test_an_interrupted_day_is_noticed(tmp_path: Path) -> None:
    world = generate(20, 2, tmp_path / "w")
    (world.folder / "advancing").touch()
    with pytest.raises(WorldError, match="interrupted"):
        advance(world, 1)


def test_given_records_have_no_days(tmp_path: Path) -> None:
    world = from_customers([{"customer_id": 1}], tmp_path / "w")
    with pytest.raises(WorldError, match="no days to play"):
        advance(world, 1)


def test_who_unsubscribed_gets_no_further_mail(week: tuple[World, Any, Any]) -> None:
    world = week[0]
    connection = sqlite3.connect(world.folder / "world.db")
    texts = connection.execute("select document from events order by seq").fetchall()
    connection.close()
    gone: set[int] = set()
    for event in (json.loads(text) for (text,) in texts):
        if event["event_type"] == "unsubscribe":
            gone.add(event["customer_id"])
        elif event["event_type"] == "email_sent":
            late = event["received_at"] > "2025-07-01"
            assert not (late and event["customer_id"] in gone)
    assert gone
