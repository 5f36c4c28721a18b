"""The generator: same seed, same world; its truth; its noise."""

import json
import sqlite3
from collections import Counter
from dataclasses import asdict, fields, replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from demo.frames import DAY, epoch
from demo.malformed import KEYS, KINDS
from demo.noise import DEFAULT, HARD
from demo.world import World, WorldError, generate
from tests.python.demo.contents import dump, violations


def test_same_seed_gives_the_same_world(tmp_path: Path) -> None:
    first, second = (generate(60, 3, tmp_path / name) for name in ("one", "two"))
    assert dump(first) == dump(second)
    assert dump(generate(60, 4, tmp_path / "three")) != dump(first)


def test_every_record_has_exactly_one_person(small_world: World, records: Any) -> None:
    owners_of = small_world.truth.rows("records")
    owners = Counter((r["source_name"], r["source_record_id"]) for r in owners_of)
    assert set(owners.values()) == {1}
    people = {p["person_id"] for p in small_world.truth.rows("people")}
    assert {r["person_id"] for r in owners_of} == people
    listed = {
        (r["source_name"], r["source_record_id"])
        for r in owners_of
        if r["is_in_source"]
    }
    null_keys = {
        (m["source_name"], m["true_key"])
        for m in small_world.truth.rows("malformed")
        if m["source_record_id"] is None and m["table_name"] == "customers"
    }
    given = {
        (source, str(row[KEYS[source, table][0]]))
        for source, table, row in records
        if table in ("customers", "contacts")
        and row[KEYS[source, table][0]] is not None
    }
    assert given == listed - null_keys


def test_orders_belong_to_the_person_of_their_account(small_world: World) -> None:
    owner = {
        r["source_record_id"]: r["person_id"]
        for r in small_world.truth.rows("records")
        if r["source_name"] == "shop"
    }
    people = {p["person_id"]: p for p in small_world.truth.rows("people")}
    orders = small_world.truth.rows("orders")
    assert len(orders) > 500
    for order in orders:
        assert owner[order["shop_customer_id"]] == order["person_id"]
        person = people[order["person_id"]]
        assert person["joined_at"] <= order["recorded_at"] <= person["churned_at"]


def test_malformed_records_are_the_listed_ones(
    small_world: World, records: Any
) -> None:
    listed = {
        (m["source_name"], m["table_name"], _canonical(json.loads(m["payload"])))
        for m in small_world.truth.rows("malformed")
    }
    found = {
        (source, table, _canonical(row))
        for source, table, row in records
        if violations(source, table, row)
    }
    assert found == listed
    kinds = {
        (m["source_name"], m["table_name"], m["field"])
        for m in small_world.truth.rows("malformed")
    }
    wanted = {(*table, name) for table, kinds in KINDS.items() for name, _ in kinds}
    # Small worlds have too few tickets and refunds to spoil some in every way.
    assert {w for w in wanted if w[1] not in ("tickets", "refunds")} <= kinds


def _canonical(row: dict[str, Any]) -> str:
    """Writes a record in one way, whatever the source adds for nothing."""
    hidden = ("hs_object_id", "hs_createdate", "archived", "archived_at")
    return json.dumps(
        {k: _plain(v) for k, v in row.items() if v is not None and k not in hidden},
        sort_keys=True,
    )


def _plain(value: Any) -> str:
    """Writes numbers in one way: SQLite turns 12.50 into 12.5."""
    try:
        return f"{float(value):.4f}"
    except (TypeError, ValueError):
        return str(value)


def test_malformed_entries_say_what_is_wrong(small_world: World) -> None:
    for entry in small_world.truth.rows("malformed"):
        record = json.loads(entry["payload"])
        table = (entry["source_name"], entry["table_name"])
        assert violations(*table, record) == [entry["field"]]
        assert (entry["defect"] == "missing") == (record.get(entry["field"]) is None)


def test_noise_is_what_it_says(tmp_path: Path) -> None:
    world = generate(3000, 1, tmp_path / "w")
    people = world.truth.rows("people")
    records = world.truth.table("records").num_rows
    assert 1.8 <= records / len(people) <= 2.5
    shared = Counter(p["phone"] for p in people)
    assert _share(p["phone"] for p in people if shared[p["phone"]] > 1) == (
        pytest.approx(DEFAULT.shared_phone * len(people), rel=0.3)
    )
    shop = sqlite3.connect(world.folder / "shop.db")
    missing_email, missing_phone, missing_birth_date = shop.execute(
        "select avg(email is null), avg(phone is null), avg(birth_date is null)"
        " from customers"
    ).fetchone()
    shop.close()
    assert missing_email == pytest.approx(DEFAULT.missing_email, abs=0.03)
    assert missing_phone == pytest.approx(DEFAULT.missing_phone, abs=0.03)
    assert missing_birth_date == pytest.approx(DEFAULT.missing_birth_date, abs=0.03)


def _share(values: Any) -> int:
    return sum(1 for _ in values)


def test_hard_is_harder_in_everything_it_sets() -> None:
    changed = {
        field.name
        for field in fields(DEFAULT)
        if getattr(HARD, field.name) != getattr(DEFAULT, field.name)
    }
    assert "missing_email" in changed
    assert all(getattr(HARD, name) > getattr(DEFAULT, name) for name in changed)


def test_a_clean_world_has_no_malformed_record(tmp_path: Path) -> None:
    noise = replace(DEFAULT, malformed=0.0)
    world = generate(50, 1, tmp_path / "w", noise)
    assert world.truth.table("malformed").num_rows == 0
    assert asdict(world.noise) == asdict(noise)


def test_money_adds_up(small_world: World) -> None:
    shop = sqlite3.connect(small_world.folder / "shop.db")
    off = shop.execute(
        """
        with goods as (
            select order_id, sum(quantity * unit_price - discount_amount) as amount
            from order_lines
            group by order_id
        )
        select orders.order_id
        from orders inner join goods using (order_id)
        where abs(amount - orders.discount_amount + tax_amount + shipping_amount
            - total_amount) > 0.005
        """
    ).fetchall()
    # Whatever does not add up was spoilt, as were the lines that lost their order.
    payloads = [
        json.loads(m["payload"])
        for m in small_world.truth.rows("malformed")
        if m["table_name"] in ("orders", "order_lines")
    ]
    spoilt = {payload["order_id"] for payload in payloads}
    lost = sum(p["order_id"] is None for p in payloads)
    assert len({order for (order,) in off} - spoilt) <= lost
    (free,) = shop.execute(
        "select count(*) from orders where total_amount = 0"
    ).fetchone()
    assert free > 0
    (too_much,) = shop.execute(
        """
        select count(*) from (
            select orders.order_id
            from orders inner join refunds using (order_id)
            where typeof(refunds.amount) <> 'text'
                and typeof(orders.total_amount) <> 'text'
            group by orders.order_id, total_amount
            having sum(refunds.amount) > total_amount + 0.005
        )
        """
    ).fetchone()
    assert too_much == 0
    shop.close()


def test_rates_rest_on_weekends(client: Any) -> None:
    rates = client.pages("/v1/exchange-rates", page_size=1000)
    days = {epoch(row["rate_date"]) // DAY % 7 for row in rates}
    assert days == {0, 1, 4, 5, 6}
    assert {row["base_currency"] for row in rates} == {"EGP", "SAR", "AED"}


def test_some_facts_were_recorded_late(small_world: World) -> None:
    orders = small_world.truth.rows("orders")
    late = [o for o in orders if o["ordered_at"] < o["recorded_at"]]
    assert 0 < len(late) < 0.05 * len(orders)


def test_buying_follows_the_latent_process(tmp_path: Path) -> None:
    world = generate(3000, 2, tmp_path / "w")
    opened: dict[str, float] = {}
    for record in world.truth.rows("records"):
        if record["source_name"] == "shop":
            at = record["created_at"].timestamp()
            opened[record["person_id"]] = min(at, opened.get(record["person_id"], at))
    people = world.truth.people()
    begins = np.array([opened.get(p, np.inf) for p in people["person_id"]])
    alive = np.maximum(np.minimum(people["churned_at"], world.now) - begins, 0)
    expected = (people["orders_per_day"] * alive / DAY).sum()
    assert world.truth.table("orders").num_rows == pytest.approx(expected, rel=0.1)


@pytest.mark.parametrize("size", ["big", "0", "-3", "1.5"])
def test_a_wrong_size_is_refused(tmp_path: Path, size: str) -> None:
    with pytest.raises(WorldError, match="none of small, demo or a number"):
        generate(size, 1, tmp_path / "w")


def test_nothing_is_overwritten_unasked(tmp_path: Path) -> None:
    generate(5, 1, tmp_path / "w")
    with pytest.raises(WorldError, match="--force"):
        generate(5, 1, tmp_path / "w")
    generate(5, 2, tmp_path / "w", force=True)
    (tmp_path / "mine").mkdir()
    (tmp_path / "mine" / "thesis.txt").write_text("irreplaceable")
    with pytest.raises(WorldError, match="something else"):
        generate(5, 1, tmp_path / "mine", force=True)
    assert (tmp_path / "mine" / "thesis.txt").exists()


def test_tokens_are_for_the_owner_only(small_world: World) -> None:
    mode = (small_world.folder / "secrets.json").stat().st_mode
    assert mode & 0o777 == 0o600


def test_ages_and_open_tickets_are_plausible(tmp_path: Path) -> None:
    world = generate(3000, 1, tmp_path / "w")
    born = np.array([p["birth_date"] for p in world.truth.rows("people")])
    ages = (np.datetime64("2025-06-30") - born.astype("datetime64[D]")).astype(int)
    ages = ages / 365.25
    assert 35 <= ages.mean() <= 37
    assert ages.min() >= 16
    assert 0 < (ages > 65).mean() < 0.02
    with sqlite3.connect(world.folder / "world.db") as connection:
        recent = connection.execute(
            "select json_extract(properties, '$.hs_pipeline_stage') <> 'closed'"
            " from objects where kind = 'tickets' and created_ms > ?",
            [(world.now - 60 * DAY) * 1000],
        ).fetchall()
    connection.close()
    assert 0.04 <= sum(is_open or 0 for (is_open,) in recent) / len(recent) <= 0.25
