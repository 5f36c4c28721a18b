"""Scenarios of identity resolution, written down as one line per record.

    a commerce: Tarek Lotfy; email t.lotfy@example.com; in Cairo
    b shop: Tarek, Lotfy; card L04410017; account a
    a b cannot_link

A line names the record, its source, the name on it (given, family where the source has
both) and what else it states. References to other records are by their names here.
Orders, tickets and consents only name their record. A line without a colon is what a
steward has decided about two records.
"""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from tests.python.support.identity_lab import Records

COUNTRY_OF = {
    "Cairo": "Egypt",
    "Alexandria": "EG",
    "Riyadh": "Saudi Arabia",
    "Jeddah": "KSA",
    "Dubai": "UAE",
}
DECISIONS = "stewardship.identity_decisions"


@dataclass(frozen=True)
class Kind:
    """What a line before a colon can be.

    Attributes:
        table: `source.table` of its rows.
        subject: Column that names the record.
        columns: Columns of the fields that are not called as in the lines.
        given: What a row must state besides.
        own_id: Column of the row's own id, where it is not the record's.
    """

    table: str
    subject: str
    columns: Mapping[str, str]
    given: Mapping[str, Any]
    own_id: str | None = None


WHEN = "2025-05-01T10:00:00Z"
LINKS = {"card": "loyalty_id", "account": "commerce_customer_id"}
KINDS = {
    "commerce": Kind(
        "commerce.customers",
        "customer_id",
        {"name": "full_name", "born": "birth_date"},
        {},
    ),
    "crm": Kind(
        "crm.contacts",
        "id",
        {
            **LINKS,
            "given": "firstname",
            "family": "lastname",
            "phone": "mobilephone",
            "landline": "phone",
            "born": "date_of_birth",
            "postcode": "zip",
            "merged": "hs_merged_object_ids",
        },
        {},
    ),
    "shop": Kind(
        "shop.customers",
        "customer_id",
        {**LINKS, "given": "first_name", "family": "last_name", "born": "birth_date"},
        {},
    ),
    "order": Kind(
        "shop.orders",
        "customer_id",
        {},
        {
            "ordered_at": WHEN,
            "status": "delivered",
            "currency": "EGP",
            "total_amount": "250.00",
        },
        "order_id",
    ),
    "ticket": Kind("crm.tickets", "contact_id", {}, {"subject": "Where is it?"}, "id"),
    "consent": Kind(
        "crm.consents",
        "contact_id",
        {},
        {
            "channel": "email",
            "purpose": "marketing",
            "status": "granted",
            "changed_at": WHEN,
        },
        "id",
    ),
}


@dataclass(frozen=True)
class Scenario:
    """Records that arrive in batches, and what they must come to after each.

    Attributes:
        name: What it is called.
        batches: Lines of each batch; the batches of all scenarios arrive together.
        customers: After each batch the customers, as the names of their records,
            separated by commas; the last entry holds from then on. None where only
            `apart` is demanded.
        apart: Records of which no two are one customer, from the last batch on.
    """

    name: str
    batches: Sequence[str]
    customers: Sequence[str | None] = (None,)
    apart: str = ""

    def rows(self, stage: int) -> Records:
        """Raw rows of a batch, their ids made unique by the scenario's name."""
        tables: defaultdict[str, list[dict[str, Any]]] = defaultdict(list)
        for line in _lines(self.batches[stage : stage + 1]):
            head, colon, rest = line.partition(":")
            if colon:
                label, kind = head.split()
                tables[KINDS[kind].table].append(self._row(KINDS[kind], label, rest))
            else:
                tables[DECISIONS].append(self._decision(stage, *head.split()))
        return tables

    @property
    def keys(self) -> dict[str, str]:
        """Keys of all records, `source:id`, by their names."""
        heads = [line.split(":")[0] for line in _lines(self.batches) if ":" in line]
        return {
            label: f"{KINDS[kind].table.split('.')[0]}:{self.id(label)}"
            for label, kind in map(str.split, heads)
        }

    def expected(self, stage: int) -> set[frozenset[str]] | None:
        """Keys of the records of each customer after a batch."""
        groups = self.customers[min(stage, len(self.customers) - 1)]
        if groups is None:
            return None
        keys = self.keys
        return {
            frozenset(keys[label] for label in group.split())
            for group in groups.split(",")
        }

    def id(self, label: str) -> str:
        """Id of a record within its source."""
        return f"{self.name}-{label}"

    def _row(self, kind: Kind, label: str, text: str) -> dict[str, Any]:
        row = {**kind.given, kind.subject: self.id(label)}
        if kind.own_id:
            row[kind.own_id] = f"{self.id(label)}-{kind.own_id}"
        name, *fields = (part.strip() for part in text.split(";"))
        stated = {**_name(kind, name), **dict(map(_field, fields))}
        if "in" in stated:
            stated["city"] = stated.pop("in")
            stated["country"] = COUNTRY_OF[stated["city"]]
        for reference in ("account", "merged"):
            if reference in stated:
                ids = map(self.id, stated[reference].split())
                stated[reference] = ";".join(ids)
        if "archived" in stated:
            row["archived"] = bool(stated.pop("archived"))
        return row | {
            kind.columns.get(field, field): value for field, value in stated.items()
        }

    def _decision(
        self, stage: int, one: str, two: str, decision: str
    ) -> dict[str, Any]:
        source, record = self.keys[one].split(":")
        other_source, other_record = self.keys[two].split(":")
        return {
            "decision_id": f"{self.name}-{one}-{two}-{stage}",
            "source_name": source,
            "source_record_id": record,
            "other_source_name": other_source,
            "other_source_record_id": other_record,
            "decision": decision,
            "reason": "The customer called",
            "decided_by": "steward",
            "decided_at": f"2025-06-{stage + 1:02d}T00:00:00Z",
        }


def _lines(batches: Iterable[str]) -> list[str]:
    lines = (line.strip() for batch in batches for line in batch.splitlines())
    return [line for line in lines if line]


def _name(kind: Kind, text: str) -> dict[str, str]:
    if not text:
        return {}
    if "name" in kind.columns:
        return {"name": text}
    names = (part.strip() for part in text.split(","))
    stated = zip(("given", "family"), names, strict=False)
    return {column: name for column, name in stated if name}


def _field(text: str) -> tuple[str, str]:
    name, _, value = text.partition(" ")
    return name, value


def batch(scenarios: Iterable[Scenario], stage: int) -> Records:
    """Rows of one batch of all scenarios."""
    tables: defaultdict[str, list[Any]] = defaultdict(list)
    for scenario in scenarios:
        for table, rows in scenario.rows(stage).items():
            tables[table] += rows
    return tables
