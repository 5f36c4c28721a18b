"""A batch of new records of all sources, and writing it where the servers read it."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

import numpy as np
import sqlalchemy as sa

from demo import crm_records, documents, events, malformed, shop, store
from demo.frames import NEVER, Frame, length, objects, take, times
from demo.noise import Noise
from demo.truth import Truth

Row = dict[str, Any]


@dataclass
class Batch:
    """New records of all sources.

    Attributes:
        people: All people so far; accounts refer to positions in it.
        new_people: The people who are new.
        accounts: New accounts per source.
        frames: New rows by name: products, orders, lines, refunds, events, tickets,
            consents, spend, rates (each may be absent).
    """

    people: Frame
    new_people: Frame
    accounts: dict[str, Frame]
    frames: dict[str, Frame] = field(default_factory=dict)


class Writer:
    """Writes batches into the API store, the shop and the truth."""

    def __init__(  # noqa: PLR0913 (three places to write to)
        self,
        api: Any,
        shop_connection: sa.Connection,
        truth: Truth,
        rng: np.random.Generator,
        noise: Noise,
        *,
        each_kind: bool,
    ) -> None:
        """Keep the three places to write to.

        Args:
            api: Open API store, in a transaction.
            shop_connection: Open shop database, in a transaction.
            truth: Where the truth is written.
            rng: Chooses which records are malformed.
            noise: How many of them.
            each_kind: Whether every kind of defect must occur in every table.
        """
        self.api = api
        self.shop = shop_connection
        self.truth = truth
        self.rng = rng
        self.noise = noise
        self.each_kind = each_kind
        self.next_event = 1
        self.defects: list[Row] = []
        self.lenient = shop.is_lenient(shop_connection.engine.url)

    def write(self, batch: Batch) -> None:
        """Write everything of a batch."""
        self.truth.append_people(batch.new_people)
        for source, accounts in batch.accounts.items():
            self.truth.append("records", documents.records(source, accounts))
        self._accounts(batch)
        frames = batch.frames
        self._shop_rows("products", frames, documents.products)
        self._shop_rows("orders", frames, documents.orders)
        self._shop_rows("order_lines", frames, documents.order_lines)
        self._shop_rows("refunds", frames, documents.refunds)
        self._objects("tickets", frames, crm_records.ticket_properties)
        self._objects("consents", frames, crm_records.consent_properties)
        self._objects("campaign_spend", frames, crm_records.spend_properties)
        if "rates" in frames:
            self._rates(frames["rates"])
        if "events" in frames:
            self._events(frames["events"], batch.people)
        if "orders" in frames:
            self.truth.append("orders", _true_orders(frames["orders"]))
        self.truth.append("malformed", self.defects)

    def _spoil(self, table: tuple[str, str], rows: list[Row]) -> list[Row]:
        defects = malformed.spoil_some(
            self.rng, table, rows, self.noise.malformed, each_kind=self.each_kind
        )
        self.defects += defects
        return defects

    def _accounts(self, batch: Batch) -> None:
        commerce = batch.accounts["commerce"]
        rows = documents.commerce_customers(commerce, batch.people)
        ids = [str(row["customer_id"]) for row in rows]
        sort_at = times(commerce["updated_at"], "api").tolist()
        self._spoil(("commerce", "customers"), rows)
        texts = (json.dumps(row, ensure_ascii=False) for row in rows)
        store.put_customers(self.api, zip(ids, sort_at, texts, strict=True))
        contacts = batch.accounts["crm"]
        contacts = take(contacts, ~contacts["is_ghost"])
        frame = {
            "id": contacts["record_id"],
            "created_at": contacts["created_at"],
            "modified_at": contacts["updated_at"],
            "archived_at": contacts["deleted_at"],
        }
        self._put("contacts", frame, crm_records.contact_properties(contacts))
        members = batch.accounts["shop"]
        members = take(members, ~members["is_ghost"])
        self._put_shop("customers", documents.shop_customers(members))

    def _shop_rows(
        self, name: str, frames: dict[str, Frame], convert: Callable[[Frame], list[Row]]
    ) -> None:
        if name in frames:
            self._put_shop(name, convert(frames[name]))

    def _put_shop(self, name: str, rows: list[Row]) -> None:
        # A strict database refuses malformed rows by itself.
        if self.lenient:
            self._spoil(("shop", name), rows)
        shop.insert(self.shop, name, rows)

    def _objects(
        self, kind: str, frames: dict[str, Frame], convert: Callable[[Frame], list[Row]]
    ) -> None:
        if kind in frames:
            self._put(kind, frames[kind], convert(frames[kind]))

    def _put(self, kind: str, frame: Frame, rows: list[Row]) -> None:
        count = length(frame)
        for row, identifier in zip(rows, frame["id"].tolist(), strict=True):
            row["id"] = str(identifier)
        self._spoil(("crm", kind), rows)
        archived_at = frame.get("archived_at", np.full(count, NEVER))
        contact = np.full(count, None, dtype=object)
        if kind == "tickets":
            contact = objects(str(i) for i in frame["contact_id"].tolist())
            contact[~frame["is_associated"]] = None
        store.put_objects(
            self.api,
            kind,
            zip(
                frame["id"].tolist(),
                (frame["created_at"] * 1000).tolist(),
                (frame["modified_at"] * 1000).tolist(),
                (archived_at != NEVER).astype(int).tolist(),
                times(archived_at, "crm").tolist(),
                contact.tolist(),
                (_properties(row) for row in rows),
                strict=True,
            ),
        )

    def _rates(self, rates: Frame) -> None:
        rows = documents.as_rows(rates)
        keys = [tuple(row.values())[:3] for row in rows]
        self._spoil(("commerce", "exchange_rates"), rows)
        store.put_rates(
            self.api,
            ((*key, json.dumps(row)) for key, row in zip(keys, rows, strict=True)),
        )

    def _events(self, frame: Frame, people: Frame) -> None:
        ids, texts = events.documents(frame, people, self.next_event)
        self.next_event += len(texts)
        person = people["person_id"][np.maximum(frame["person"], 0)]
        person[frame["person"] < 0] = None
        self.truth.append("events", {"event_id": ids, "person_id": person})
        table = ("commerce", "events")
        chosen = malformed.choose(
            self.rng, table, len(texts), self.noise.malformed, each_kind=self.each_kind
        )
        for position, (name, value) in sorted(chosen.items()):
            row = json.loads(texts[position])
            self.defects.append(malformed.spoil(table, row, name, value))
            texts[position] = json.dumps(row)
        received = times(frame["received_at"], "api").tolist()
        repeated = np.flatnonzero(
            self.rng.random(len(texts)) < self.noise.repeated_event
        )
        again = [p for p in repeated.tolist() if p not in chosen]
        # At-least-once delivery: the very same event once more, right behind the first.
        positions = sorted([*range(len(texts)), *again])
        store.add_events(self.api, ((ids[p], received[p], texts[p]) for p in positions))


def _properties(row: Row) -> str:
    properties = {name: value for name, value in row.items() if name != "id"}
    properties = {name: v for name, v in properties.items() if v is not None}
    return json.dumps(properties, ensure_ascii=False)


def _true_orders(orders: Frame) -> Frame:
    return {
        "order_id": objects(str(i) for i in orders["order_id"].tolist()),
        "person_id": orders["person_id"],
        "shop_customer_id": objects(str(i) for i in orders["customer_id"].tolist()),
        "ordered_at": orders["ordered_at"],
        "recorded_at": orders["recorded_at"],
    }
