"""Playing further days of a world: what is new, and what changes."""

from __future__ import annotations

import sqlite3
from collections import Counter
from typing import Any

import numpy as np
import sqlalchemy as sa

from demo import accounts, crm_records, events, orders, people, rates, shop, store
from demo.batch import Batch, Writer
from demo.changes import Changes, Log
from demo.frames import (
    DAY,
    NEVER,
    Frame,
    concat,
    length,
    objects,
    take,
    times,
)
from demo.world import World, WorldError

_NEW_PEOPLE_PER_DAY = 0.0013
_FURTHER_ACCOUNTS_PER_DAY = 0.0003
_MARKER = "advancing"
_KEYS = ("record_id", "person", "person_id", "created_at", "deleted_at", "is_ghost")


def advance(world: World, days: int) -> Counter[tuple[str, str, str]]:
    """Play days; servers and readers see each of them at once.

    Args:
        world: World to play on.
        days: Number of days.

    Returns:
        Records by source, table and kind of change.

    Raises:
        WorldError: If it cannot be played on.
    """
    try:
        world.state("day")
    except KeyError:
        raise WorldError(
            f"{world.folder} holds given records only: it has no days to play"
        ) from None
    counts: Counter[tuple[str, str, str]] = Counter()
    for _ in range(days):
        counts += _guarded_day(world)
    return counts


def _guarded_day(world: World) -> Counter[tuple[str, str, str]]:
    """Play a day; two stores cannot commit as one, so an interruption is noticed."""
    marker = world.folder / _MARKER
    try:
        marker.touch(exist_ok=False)
    except FileExistsError:
        raise WorldError(
            "the world is being advanced, or an advance was interrupted: if none runs,"
            " generate it again with --force"
        ) from None
    engine = shop.connect(world.shop_url)
    api = store.open_for_writing(world.folder)
    try:
        api.execute("begin immediate")
        with engine.begin() as shop_connection:
            log = _Day(world, api, shop_connection).play()
        api.execute("commit")
    finally:
        api.close()
        engine.dispose()
    marker.unlink()
    return log.counts()


class _Day:
    """One day of a world."""

    def __init__(
        self, world: World, api: sqlite3.Connection, shop_connection: sa.Connection
    ) -> None:
        self.world = world
        self.api = api
        self.shop = shop_connection
        self.noise = world.noise
        self.number = int(store.get_state(api, "day")) + 1
        now = int(store.get_state(api, "now"))
        self.window = (now + 1, now + DAY - 60)
        self.now = now + DAY
        self.next_ids: dict[str, int] = store.get_state(api, "next_ids")
        self.rng = np.random.default_rng([store.get_state(api, "seed"), self.number])
        self.broken = {
            (row["source_name"], row["table_name"], row["true_key"])
            for row in world.truth.rows("malformed")
        }

    def play(self) -> Log:
        """Play it and return what changed."""
        rng, size = self.rng, int(store.get_state(self.api, "size"))
        known = self.world.truth.people()
        before = self._known_accounts(known)
        arrivals = max(1, int(rng.poisson(size * _NEW_PEOPLE_PER_DAY)))
        fresh = people.create(
            rng, self.noise, arrivals, self.window, self.next_ids["person"]
        )
        everybody = concat([known, {name: fresh[name] for name in known}])
        opened = accounts.open_accounts(
            rng,
            everybody,
            self.noise,
            self.window[1],
            self.next_ids,
            self._openings(fresh, known),
        )
        changes = Changes(rng, self.api, self.shop, self.window, everybody, self.broken)
        changes.play({source: _in_source(a) for source, a in before.items()})
        batch = Batch(everybody, fresh, opened)
        batch.frames = self._new_rows(everybody, before, opened, size)
        writer = Writer(
            self.api, self.shop, self.world.truth, rng, self.noise, each_kind=False
        )
        writer.next_event = self.next_ids["event"]
        writer.write(batch)
        self._note_new(changes.log, batch)
        self.world.truth.append("changes", changes.log.rows)
        self._close(batch, writer.next_event)
        return changes.log

    def _openings(self, fresh: Frame, known: Frame) -> list[accounts.Opening]:
        """Return the accounts of new people, and further ones of known people."""
        rng, openings = self.rng, []
        first = accounts.first_openings(rng, fresh, self.noise, self.window[1])
        for source, person, created_at in first:
            count = int(rng.poisson(length(known) * _FURTHER_ACCOUNTS_PER_DAY / 3))
            again = rng.choice(length(known), size=count, replace=False)
            when = rng.integers(*self.window, size=count)
            owners = np.concatenate([person + length(known), again])
            openings.append((source, owners, np.concatenate([created_at, when])))
        return openings

    def _known_accounts(self, known: Frame) -> dict[str, Frame]:
        """Return per source the accounts so far and when they were closed."""
        position = {p: i for i, p in enumerate(known["person_id"].tolist())}
        table = self.world.truth.table("records")
        source = objects(table["source_name"].to_pylist())
        owner = objects(table["person_id"].to_pylist())
        created = table["created_at"].cast("int64").to_numpy() // 1000
        everything: Frame = {
            "record_id": np.array(table["source_record_id"].to_pylist(), np.int64),
            "person": np.array([position[p] for p in owner], np.int64),
            "person_id": owner,
            "created_at": created,
            "is_ghost": ~np.array(table["is_in_source"].to_pylist(), bool),
        }
        closed = {
            "commerce": "select id from customers"
            " where json_extract(document, '$.deleted_at') is not null",
            "crm": "select id from objects where kind = 'contacts' and archived = 1",
        }
        result = {}
        for name in accounts.SOURCES:
            frame = take(everything, source == name)
            if name == "shop":
                members = shop.table("customers")
                gone = sa.select(members.c.customer_id).where(
                    members.c.deleted_at.is_not(None)
                )
                found: list[Any] = [row[0] for row in self.shop.execute(gone)]
            else:
                found = [row[0] for row in self.api.execute(closed[name])]
            ids = np.array([int(i) for i in found if i is not None], np.int64)
            is_gone = np.isin(frame["record_id"], ids)
            frame["deleted_at"] = np.where(is_gone, self.window[0], NEVER)
            result[name] = frame
        return result

    def _new_rows(
        self,
        everybody: Frame,
        before: dict[str, Frame],
        opened: dict[str, Frame],
        size: int,
    ) -> dict[str, Frame]:
        rng, ids, window = self.rng, self.next_ids, self.window
        both = {
            source: concat(
                [before[source], {n: opened[source][n] for n in before[source]}]
            )
            for source in before
        }
        is_online = accounts.first_account(both["commerce"], length(everybody)) >= 0
        buyers = orders.Buyers(everybody, both["shop"], is_online)
        placed = orders.place(rng, buyers, window, self.noise, ids["order"])
        lines = orders.lines(rng, placed, self._catalogue(), ids["line"])
        orders.progress(rng, placed, window[1])
        visitors = events.Visitors(everybody, self._readers(both["commerce"]))
        due = self._refundable_orders()
        chosen = orders.refundable(rng, due, orders.REFUNDED / _REFUND_DAYS)
        edges = tuple(np.full(length(due), edge) for edge in window)
        frames = {
            "orders": placed,
            "order_lines": lines,
            "refunds": orders.refunds(
                rng, due, chosen, (edges[0], edges[1]), window[1], ids["refund"]
            ),
            "tickets": crm_records.tickets(rng, both["crm"], window, ids["ticket"]),
            "consents": crm_records.consents(rng, both["crm"], window, ids["consent"]),
            "campaign_spend": crm_records.campaign_spend(
                rng, window, size, ids["spend"]
            ),
            "rates": rates.quote(rng, window[0] // DAY, window[0] // DAY),
            "events": events.record(rng, visitors, placed, window, self.noise),
        }
        return {name: frame for name, frame in frames.items() if length(frame)}

    def _catalogue(self) -> Frame:
        dollars = np.array(store.get_state(self.api, "prices"))
        return {"product_id": np.arange(len(dollars)) + 1, "dollars": dollars}

    def _readers(self, commerce: Frame) -> Frame:
        """Return commerce accounts with whether they get newsletters."""
        found = self.api.execute(
            "select json_extract(document, '$.customer_id') from events"
            """ where document like '%"unsubscribe"%'"""
        )
        silent = np.array(sorted({int(i) for (i,) in found if i is not None}), np.int64)
        email = objects("x" for _ in range(length(commerce)))
        email[np.isin(commerce["record_id"], silent)] = None
        return {**commerce, "email": email}

    def _refundable_orders(self) -> Frame:
        """Return delivered orders of the last weeks that were not refunded yet."""
        table, refunded = shop.table("orders"), shop.table("refunds")
        low, high = (
            times(np.array([self.window[0] - n * DAY]), "shop")[0]
            for n in reversed(orders.REFUND_WINDOW_DAYS)
        )
        ordered_at = sa.cast(table.c.ordered_at, sa.String)
        found = self.shop.execute(
            sa.select(table.c.order_id, table.c.currency, table.c.total_amount)
            .where(table.c.status == "delivered", ordered_at.between(low, high))
            .where(table.c.order_id.not_in(sa.select(_stated(refunded.c.order_id))))
            .order_by(table.c.order_id)
        ).all()
        sound = [
            row for row in found if ("shop", "orders", str(row[0])) not in self.broken
        ]
        return {
            "order_id": np.array([row[0] for row in sound], np.int64),
            "currency": objects(row[1] for row in sound),
            "status": objects("delivered" for _ in sound),
            "total_amount": np.array(
                [round(float(r[2]) * 100) for r in sound], np.int64
            ),
        }

    def _note_new(self, log: Log, batch: Batch) -> None:
        for source, frame in batch.accounts.items():
            table = "contacts" if source == "crm" else "customers"
            for identifier in frame["record_id"][~frame["is_ghost"]].tolist():
                log.add(source, table, identifier, "created")
        placed = batch.frames.get("orders")
        late = (
            set()
            if placed is None
            else set(placed["order_id"][placed["ordered_at"] < self.window[0]].tolist())
        )
        for name, (source, key) in _NEW.items():
            for identifier in batch.frames.get(name, {key: np.array([])})[key].tolist():
                is_late = name == "orders" and identifier in late
                log.add(source, name, identifier, "late" if is_late else "created")

    def _close(self, batch: Batch, next_event: int) -> None:
        made: dict[str, Frame] = {"person": batch.new_people, **batch.accounts}
        made |= {
            counter: batch.frames[name]
            for name, counter in _COUNTERS.items()
            if name in batch.frames
        }
        ids = {n: i + length(made.get(n, {})) for n, i in self.next_ids.items()}
        ids["event"] = next_event
        state = {"day": self.number, "now": self.now, "next_ids": ids}
        store.set_state(self.api, state)


_REFUND_DAYS = orders.REFUND_WINDOW_DAYS[1] - orders.REFUND_WINDOW_DAYS[0]
_NEW = {
    "orders": ("shop", "order_id"),
    "order_lines": ("shop", "order_line_id"),
    "refunds": ("shop", "refund_id"),
    "tickets": ("crm", "id"),
    "consents": ("crm", "id"),
    "campaign_spend": ("crm", "id"),
}
_COUNTERS = {
    "orders": "order",
    "order_lines": "line",
    "refunds": "refund",
    "tickets": "ticket",
    "consents": "consent",
    "campaign_spend": "spend",
}


def _in_source(frame: Frame) -> Frame:
    return take(frame, ~frame["is_ghost"] & (frame["deleted_at"] == NEVER))


def _stated(column: Any) -> Any:
    """Leave nulls out: `not in` a set with a null is never true."""
    return sa.func.coalesce(column, -1)
