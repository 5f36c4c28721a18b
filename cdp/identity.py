"""What was built about identities: customers of records, links, decisions.

Reads masked evidence only: nothing here knows a name, an address or a birth date.
"""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from typing import Any, NamedTuple

from cdp.paths import Link
from cdp.warehouse import Row, Warehouse, WarehouseError

ATTRIBUTES = (
    *("account", "loyalty_id", "email", "phone", "given_name", "family_name"),
    *("name_order", "birth_date", "gender", "address", "postcode", "city"),
)
MASKED = ("loyalty_id", "email", "phone", "given_name", "family_name")
PARTS = ("household", "identifier", "personal", "contradiction")
LEVELS = [f"{attribute}_level" for attribute in ATTRIBUTES]
VALUES = [f"{side}{name}_masked" for name in MASKED for side in ("", "other_")]
POINTS = ["points", *(f"{part}_points" for part in PARTS)]
PAIR = "source_name || ':' || source_record_id"
OTHER = "other_source_name || ':' || other_source_record_id"


class Membership(NamedTuple):
    """A record's time in a customer."""

    record: str
    customer_id: str
    since: dt.datetime
    until: dt.datetime | None


class Change(NamedTuple):
    """What became of a customer id."""

    new_customer_id: str | None
    reason: str
    changed_at: dt.datetime


class Cut(NamedTuple):
    """A link that was found and not used."""

    record: str
    customer_id: str
    other_record: str
    other_customer_id: str
    reason: str
    separation_rule: str | None
    points: float


class Decision(NamedTuple):
    """What was decided about two records."""

    record: str
    other_record: str
    decision: str
    reason: str | None
    decided_at: dt.datetime


class Separation(NamedTuple):
    """Two records that must never be one customer."""

    record: str
    other_record: str
    rule: str
    reason: str | None


@dataclass(frozen=True)
class Evidence:
    """How two records compare.

    Attributes:
        link: The two, and all points together.
        rule: decision, merge or evidence; None where it is no link.
        values: Levels, masked values and partial points, by their columns.
    """

    link: Link
    rule: str | None
    values: dict[str, Any]


class Identities:
    """Questions about identities to a built platform."""

    def __init__(self, warehouse: Warehouse) -> None:
        """Reads from `warehouse`."""
        self._warehouse = warehouse

    def memberships(
        self, *, record: str | None = None, customer_id: str | None = None
    ) -> list[Membership]:
        """All memberships of a record or a customer, the latest last."""
        condition = f"{PAIR} = ?" if record else "customer_id = ?"
        rows = self._warehouse.rows(
            f"select {PAIR}, customer_id, valid_from, valid_to"
            f" from marts.customer_identities where {condition}"
            f" order by valid_from, {PAIR}",
            [record or customer_id],
        )
        return [Membership(*row) for row in rows]

    def change(self, customer_id: str) -> Change | None:
        """What became of a customer id that no longer means what it meant."""
        rows = self._warehouse.rows(
            "select new_customer_id, reason, changed_at"
            " from marts.customer_id_changes where old_customer_id = ?",
            [customer_id],
        )
        return Change(*rows[0]) if rows else None

    def evidence(self, customer_id: str) -> list[Evidence]:
        """The links of a customer."""
        columns = [*POINTS, *LEVELS, *VALUES]
        rows = self._warehouse.rows(
            f"select {PAIR}, {OTHER}, link_rule, {', '.join(columns)}"
            " from marts.identity_evidence where customer_id = ?",
            [customer_id],
        )
        return [_evidence(row, columns) for row in rows]

    def comparison(self, record: str, other_record: str) -> Evidence | None:
        """How two records compare, if they do, link or not."""
        columns = [*POINTS, *LEVELS]
        rows = self._warehouse.rows(
            f"select source_node, target_node, null, {', '.join(columns)}"
            " from intermediate.int_customer_pairs_scored"
            " where source_node = ? and target_node = ?",
            sorted((record, other_record)),
        )
        return _evidence(rows[0], columns) if rows else None

    def least_link_points(self) -> float | None:
        """Points of the weakest link that evidence has made."""
        [(points,)] = self._warehouse.rows(
            "select min(points) from intermediate.int_customer_pairs_accepted"
            " where link_rule = 'evidence'"
        )
        return None if points is None else float(points)

    def cuts(self, customer_id: str) -> list[Cut]:
        """Links to or within a customer that were not used, the strongest first."""
        rows = self._warehouse.rows(
            f"select {PAIR}, customer_id, {OTHER}, other_customer_id, cut_reason,"
            " separation_rule, points from quality.identity_links_cut"
            " where customer_id = ? or other_customer_id = ?"
            f" order by points desc, {PAIR}, {OTHER}",
            [customer_id, customer_id],
        )
        return [Cut(*row) for row in rows]

    def decisions(self, customer_id: str) -> list[Decision]:
        """Decisions that hold about a customer's records."""
        return [
            Decision(*row)
            for row in self._pairs_of(
                customer_id,
                "decision, reason, decided_at",
                "int_identity_decisions_deduplicated",
            )
        ]

    def separations(self, customer_id: str) -> list[Separation]:
        """Pairs with a customer's records that must be apart."""
        return [
            Separation(*row)
            for row in self._pairs_of(
                customer_id, "separated_by, reason", "int_customer_records_separated"
            )
        ]

    def meanings(self) -> dict[tuple[str, str], str]:
        """What the levels mean, by attribute and level."""
        rows = self._warehouse.rows(
            "select attribute, level, meaning from reference.match_points"
        )
        return {(attribute, level): meaning for attribute, level, meaning in rows}

    def _pairs_of(self, customer_id: str, columns: str, model: str) -> list[Row]:
        """Rows of a model of pairs that name a record of a customer."""
        return self._warehouse.rows(
            f"with members as (select {PAIR} as record_key"
            " from marts.customer_identities where customer_id = ? and is_current)"
            f" select source_node, target_node, {columns} from intermediate.{model}"
            " where source_node in (select record_key from members)"
            " or target_node in (select record_key from members)"
            " order by source_node, target_node",
            [customer_id],
        )


def current_customer(memberships: list[Membership]) -> str | None:
    """The customer of today of a record's memberships."""
    return next((each.customer_id for each in memberships if not each.until), None)


def resolved(identities: Identities, customer_id: str) -> tuple[str | None, Change]:
    """The customer of today that an id stands for, and what became of the id.

    Raises:
        WarehouseError: It was never issued.
    """
    change = identities.change(customer_id)
    if change is not None:
        return change.new_customer_id, change
    memberships = identities.memberships(customer_id=customer_id)
    if not memberships:
        raise WarehouseError(
            f"no customer '{customer_id}': give a customer id that was issued once, or"
            " a record as source:id, such as crm:17"
        )
    return customer_id, Change(customer_id, "current", memberships[0].since)


def _evidence(row: Row, columns: list[str]) -> Evidence:
    record, other_record, rule, *values = row
    named = dict(zip(columns, values, strict=True))
    return Evidence(Link(record, other_record, float(named["points"])), rule, named)
