"""What a day does to records that exist already."""

from __future__ import annotations

import json
import sqlite3
from collections import Counter
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any

import numpy as np
import sqlalchemy as sa

from demo import crm_records, shop, store
from demo.countries import BY_CODE
from demo.crm_search import iso
from demo.frames import DAY, Frame, days, epoch, length, take, times
from demo.orders import CANCELLED, STATUSES

Row = dict[str, Any]
_CHANGED_PER_DAY = 0.002
_CLOSING_PER_DAY = 0.25


@dataclass
class Log:
    """Which record was changed how on a day.

    Attributes:
        day: ISO date.
        rows: Entries for the truth's `changes`.
    """

    day: str
    rows: list[Row] = field(default_factory=list)

    def add(self, source: str, table: str, identifier: Any, change: str) -> None:
        """Note a change."""
        self.rows.append(
            {
                "played_date": self.day,
                "source_name": source,
                "table_name": table,
                "source_record_id": str(identifier),
                "change": change,
            }
        )

    def counts(self) -> Counter[tuple[str, str, str]]:
        """Return how many records of a source's table had which change."""
        return Counter(
            (row["source_name"], row["table_name"], row["change"]) for row in self.rows
        )


class Changes:
    """One day's changes to a world's records."""

    def __init__(  # noqa: PLR0913, PLR0917 (the stores, the day, who and what is left alone)
        self,
        rng: np.random.Generator,
        api: sqlite3.Connection,
        shop_connection: sa.Connection,
        window: tuple[int, int],
        people: Frame,
        broken: set[tuple[str, str, str]],
    ) -> None:
        """Prepare a day.

        Args:
            rng: Source of all chance.
            api: Open API store, in a transaction.
            shop_connection: Open shop database, in a transaction.
            window: First and last epoch second of the day.
            people: Everybody.
            broken: Source, table and key of malformed records: they stay as they are.
        """
        self.rng = rng
        self.api = api
        self.shop = shop_connection
        self.window = window
        self.people = people
        self.broken = broken
        self.log = Log(str(days(np.array(window))[0]))

    def play(self, accounts: dict[str, Frame]) -> None:
        """Change records of all sources.

        Args:
            accounts: Per source the open accounts in the source: record_id, person.
        """
        live = {
            source: self._sound(
                source, "contacts" if source == "crm" else "customers", a
            )
            for source, a in accounts.items()
        }
        self._commerce_customers(live["commerce"])
        self._contacts(live["crm"])
        self._shop_customers(live["shop"])
        self._orders()
        self._tickets()
        self._consents()
        self._spend()

    def _sound(self, source: str, table: str, accounts: Frame) -> Frame:
        keys = [(source, table, str(i)) for i in accounts["record_id"].tolist()]
        return take(accounts, np.array([k not in self.broken for k in keys], bool))

    def _when(self) -> int:
        return int(self.rng.integers(*self.window))

    def _draw(self, frame: Frame, share: float) -> list[tuple[int, int]]:
        """Draw records (id and person): a share of them, but at least one."""
        index = np.array(self._some(length(frame), share), np.int64)
        ids, person = frame["record_id"][index], frame["person"][index]
        return list(zip(ids.tolist(), person.tolist(), strict=True))

    def _some(self, available: int, share: float) -> list[int]:
        """Draw positions: a share of those available, but at least one if any is."""
        if not available:
            return []
        count = min(available, max(1, int(self.rng.poisson(share * available))))
        positions: list[int] = self.rng.choice(
            available, size=count, replace=False
        ).tolist()
        return positions

    def _improve(self, values: Row, person: int, names: dict[str, str]) -> str:
        """Correct one value to the true one, or let the person move.

        Args:
            values: Record, changed in place.
            person: Position in the people.
            names: What the record calls email, phone and city.
        """
        for name in ("email", "phone"):
            true = self.people[name][person]
            if values.get(names[name]) != true and self.rng.random() < 0.5:
                values[names[name]] = true
                return "corrected"
        places = BY_CODE[self.people["country_code"][person]].cities
        values[names["city"]] = places[int(self.rng.integers(0, len(places)))][0]
        return "moved"

    def _commerce_customers(self, accounts: Frame) -> None:
        names = {"email": "email", "phone": "phone", "city": "city"}
        gone = {i for i, _ in self._draw(accounts, 0.0001)}
        changed = self._draw(accounts, _CHANGED_PER_DAY)
        for identifier, person in [*changed, *((i, -1) for i in sorted(gone))]:
            if person >= 0 and identifier in gone:
                continue
            (text,) = self.api.execute(
                "select document from customers where id = ?", (str(identifier),)
            ).fetchone()
            row = json.loads(text)
            at = iso(self._when() * 1000)[:19] + "Z"
            if person < 0:
                row["deleted_at"] = at
                change = "deleted"
            else:
                change = self._improve(row, person, names)
            row["updated_at"] = at
            document = json.dumps(row, ensure_ascii=False)
            store.put_customers(self.api, [(str(identifier), at, document)])
            self.log.add("commerce", "customers", identifier, change)

    def _shop_customers(self, accounts: Frame) -> None:
        names = {"email": "email", "phone": "phone", "city": "city"}
        gone = {i for i, _ in self._draw(accounts, 0.0001)}
        for identifier in sorted(gone):
            at = self._shop_time()
            values = {"deleted_at": at, "updated_at": at}
            shop.update(self.shop, "customers", identifier, values)
            self.log.add("shop", "customers", identifier, "deleted")
        table = shop.table("customers")
        for identifier, person in self._draw(accounts, _CHANGED_PER_DAY):
            if identifier in gone:
                continue
            found = self.shop.execute(
                sa.select(table.c.email, table.c.phone, table.c.city).where(
                    table.c.customer_id == identifier
                )
            ).one()
            values = dict(found._mapping)
            change = self._improve(values, person, names)
            values["updated_at"] = self._shop_time()
            shop.update(self.shop, "customers", identifier, values)
            self.log.add("shop", "customers", identifier, change)

    def _shop_time(self) -> str:
        return str(times(np.array([self._when()]), "shop")[0])

    def _contacts(self, accounts: Frame) -> None:
        names = {"email": "email", "phone": "mobilephone", "city": "city"}
        touched = self._merge(accounts)
        for identifier, _ in self._draw(accounts, 0.0001):
            if identifier not in touched:
                touched.add(identifier)
                self._save("contacts", identifier, {}, self._when(), archive=True)
                self.log.add("crm", "contacts", identifier, "archived")
        for identifier, person in self._draw(accounts, _CHANGED_PER_DAY):
            if identifier not in touched:
                values = self._properties("contacts", identifier)
                change = self._improve(values, person, names)
                self._save("contacts", identifier, values, self._when())
                self.log.add("crm", "contacts", identifier, change)

    def _merge(self, accounts: Frame) -> set[int]:
        """Merge double contacts: the older one survives, the other is archived."""
        owners: dict[int, list[int]] = {}
        pairs = zip(accounts["person"].tolist(), accounts["record_id"], strict=True)
        for person, identifier in pairs:
            owners.setdefault(person, []).append(int(identifier))
        doubles = [ids for _, ids in sorted(owners.items()) if len(ids) > 1]
        touched: set[int] = set()
        for position in self._some(len(doubles), 1 / 1500):
            survivor, merged = sorted(doubles[position])[:2]
            before = self._properties("contacts", survivor).get("hs_merged_object_ids")
            ids = f"{before};{merged}" if before else str(merged)
            at = self._when()
            self._save("contacts", survivor, {"hs_merged_object_ids": ids}, at)
            self._save("contacts", merged, {}, at, archive=True)
            self.log.add("crm", "contacts", survivor, "survived merge")
            self.log.add("crm", "contacts", merged, "merged away")
            touched |= {survivor, merged}
        return touched

    def _properties(self, kind: str, identifier: int) -> Row:
        (text,) = self.api.execute(
            "select properties from objects where kind = ? and id = ?",
            (kind, identifier),
        ).fetchone()
        values: Row = json.loads(text)
        return values

    def _save(
        self, kind: str, identifier: int, values: Row, at: int, *, archive: bool = False
    ) -> None:
        """Change properties of a CRM object (None removes one)."""
        modified = "lastmodifieddate" if kind == "contacts" else "hs_lastmodifieddate"
        merged = self._properties(kind, identifier) | values
        merged[modified] = iso(at * 1000)
        text = json.dumps(
            {n: v for n, v in merged.items() if v is not None}, ensure_ascii=False
        )
        self.api.execute(
            "update objects set properties = ?, modified_ms = ?"
            " where kind = ? and id = ?",
            (text, at * 1000, kind, identifier),
        )
        if archive:
            self.api.execute(
                "update objects set archived = 1, archived_at = ?"
                " where kind = ? and id = ?",
                (iso(at * 1000), kind, identifier),
            )

    def _orders(self) -> None:
        """Move open orders one step on, cancel some, restate a few finished ones."""
        table = shop.table("orders")
        columns = (table.c.order_id, table.c.status, table.c.total_amount)
        is_open = table.c.status.in_(STATUSES[:-1])
        found = self.shop.execute(sa.select(*columns).where(is_open)).all()
        for identifier, status, _ in sorted(self._sound_orders(found)):
            after, change = STATUSES[STATUSES.index(status) + 1], "moved on"
            if status == "placed" and self.rng.random() < CANCELLED:
                after, change = "cancelled", "cancelled"
            values = {"status": after, "updated_at": self._shop_time()}
            shop.update(self.shop, "orders", identifier, values)
            self.log.add("shop", "orders", identifier, change)
        since = times(np.array([self.window[0] - 40 * DAY]), "shop")[0]
        recent = sa.cast(table.c.updated_at, sa.String) >= since
        done = sa.select(*columns).where(table.c.status == "delivered", recent)
        restated = sorted(self._sound_orders(self.shop.execute(done).all()))
        for position in self._some(len(restated), 1 / 4000):
            identifier, _, total = restated[position]
            cents = int(Decimal(str(total)) * 90)
            values = {
                "total_amount": f"{cents // 100}.{cents % 100:02d}",
                "updated_at": self._shop_time(),
            }
            shop.update(self.shop, "orders", identifier, values)
            self.log.add("shop", "orders", identifier, "restated")

    def _sound_orders(self, found: Any) -> list[tuple[int, str, Any]]:
        return [
            (identifier, status, total)
            for identifier, status, total in found
            if ("shop", "orders", str(identifier)) not in self.broken
            and identifier is not None
        ]

    def _tickets(self) -> None:
        """Close some open tickets, with or without a score."""
        found = self.api.execute(
            "select id from objects where kind = 'tickets'"
            " and json_extract(properties, '$.hs_pipeline_stage') != 'closed'"
            " order by id"
        ).fetchall()
        for (identifier,) in found:
            is_broken = ("crm", "tickets", str(identifier)) in self.broken
            if is_broken or self.rng.random() >= _CLOSING_PER_DAY:
                continue
            at = self._when()
            score = str(int(self.rng.integers(1, 6))) if at % 2 else None
            values = {
                "hs_pipeline_stage": crm_records.STAGES[-1],
                "closed_date": iso(at * 1000),
                "satisfaction_score": score,
            }
            self._save("tickets", identifier, values, at)
            self.log.add("crm", "tickets", identifier, "closed")

    def _consents(self) -> None:
        """Withdraw some consents; every fifth arrives days after it was said."""
        found = self.api.execute(
            "select id, properties from objects where kind = 'consents'"
            " and json_extract(properties, '$.status') = 'granted' order by id"
        ).fetchall()
        for position in self._some(len(found), 1 / 5000):
            identifier, text = found[position]
            if ("crm", "consents", str(identifier)) in self.broken:
                continue
            at = self._when()
            late = int(self.rng.integers(1, 6)) * DAY if self.rng.random() < 0.2 else 0
            before = epoch(json.loads(text)["changed_at"][:19])
            said_at = max(at - late, before)
            values = {"status": "withdrawn", "changed_at": iso(said_at * 1000)}
            self._save("consents", identifier, values, at)
            self.log.add("crm", "consents", identifier, "withdrawn")

    def _spend(self) -> None:
        """Restate the spend of one recent day, as ad platforms do."""
        found = self.api.execute(
            "select id, properties from objects where kind = 'campaign_spend'"
            " order by id desc limit 40"
        ).fetchall()
        identifier, text = found[int(self.rng.integers(0, len(found)))]
        if ("crm", "campaign_spend", str(identifier)) in self.broken:
            return
        cents = int(Decimal(json.loads(text)["amount"]) * 103)
        values = {"amount": f"{cents // 100}.{cents % 100:02d}"}
        self._save("campaign_spend", identifier, values, self._when())
        self.log.add("crm", "campaign_spend", identifier, "restated")
