"""A log of record versions and decisions, to be landed in any order and batching."""

import datetime as dt
import itertools
import random
from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from typing import Any, NamedTuple

import pyarrow as pa

from tests.python.support.identity_lab import Records
from tests.python.support.identity_scenarios import DECISIONS
from tests.python.support.identity_world import draw

Row = dict[str, Any]

FIRST_CHANGE = dt.datetime(2025, 7, 1, tzinfo=dt.UTC)
CORRECTED, DELETED = 0.15, 0.03
MUST_LINKS, CANNOT_LINKS, WITHDRAWN = 20, 40, 12


class Version(NamedTuple):
    """A row of the log.

    Attributes:
        table: `source.table`.
        row: Columns of the raw table.
    """

    table: str
    row: Row


class Columns(NamedTuple):
    """What the raw table of a source calls the columns that versions differ in."""

    key: str
    changed_at: str
    phone: str
    family_name: str
    deleted_at: str


COLUMNS = {
    "commerce.customers": Columns(
        "customer_id", "updated_at", "phone", "full_name", "deleted_at"
    ),
    "crm.contacts": Columns(
        "id", "lastmodifieddate", "mobilephone", "lastname", "archived_at"
    ),
    "shop.customers": Columns(
        "customer_id", "updated_at", "phone", "last_name", "deleted_at"
    ),
}


def play(people_count: int, seed: int) -> list[Version]:
    """Draws people's records with corrections, deletions and decisions on them.

    Each version of a record, and each decision on a pair, has a time of its own: that
    says which is the last, whatever the order of arrival.
    """
    pick = random.Random(seed)
    drawn = draw(people_count, "hard", seed)
    first = [
        Version(table, row)
        for table, rows in drawn.records.items()
        for row in _as_arrow(rows).to_pylist()
    ]
    log = list(first)
    for version in pick.sample(first, int(CORRECTED * len(first))):
        other = pick.choice(first)
        log.append(_corrected(pick, version, other, len(log)))
    for version in pick.sample(first, int(DELETED * len(first))):
        log.append(_deleted(version, len(log)))
    log += _decisions(pick, drawn.person_of, _card_holders(first, drawn.person_of))
    return log


def decided(log: Iterable[Version]) -> dict[frozenset[str], str]:
    """The last decision about each pair of records."""
    decisions = [row for table, row in log if table == DECISIONS]
    return {
        frozenset(
            (
                f"{row['source_name']}:{row['source_record_id']}",
                f"{row['other_source_name']}:{row['other_source_record_id']}",
            )
        ): row["decision"]
        for row in sorted(decisions, key=lambda row: row["decided_at"])
    }


def in_batches(log: Sequence[Version], cuts: Iterable[int]) -> Iterator[Records]:
    """Cuts a log at some positions, and yields the rows of each part by table."""
    bounds = [0, *cuts, len(log)]
    for begin, end in itertools.pairwise(bounds):
        tables: defaultdict[str, list[Row]] = defaultdict(list)
        for table, row in log[begin:end]:
            tables[table].append(row)
        yield tables


def _as_arrow(rows: Any) -> pa.Table:
    assert isinstance(rows, pa.Table)
    return rows


def _moment(number: int) -> str:
    """A time after all that the drawn records say, another one for each number."""
    return f"{FIRST_CHANGE + dt.timedelta(seconds=number):%Y-%m-%dT%H:%M:%SZ}"


def _corrected(
    pick: random.Random, version: Version, other: Version, number: int
) -> Version:
    """A newer version: an identifier or a name has changed, or was never theirs."""
    columns = COLUMNS[version.table]
    change = pick.choice(
        [
            {"email": other.row["email"]},
            {"email": f"moved{number}@example.com"},
            {columns.phone: other.row[COLUMNS[other.table].phone]},
            {columns.phone: None},
            {columns.family_name: "Al Mutairi"},
        ]
    )
    row = {**version.row, **change, columns.changed_at: _moment(number)}
    return Version(version.table, row)


def _deleted(version: Version, number: int) -> Version:
    columns = COLUMNS[version.table]
    when = _moment(number)
    row = {**version.row, columns.changed_at: when, columns.deleted_at: when}
    if version.table == "crm.contacts":
        row["archived"] = True
    return Version(version.table, row)


def _card_holders(first: Iterable[Version], person_of: dict[str, str]) -> set[str]:
    return {
        person_of[f"{table.split('.')[0]}:{row[COLUMNS[table].key]}"]
        for table, row in first
        if row.get("loyalty_id")
    }


def _decisions(
    pick: random.Random, person_of: dict[str, str], card_holders: set[str]
) -> Iterator[Version]:
    """Strangers joined, what belongs together kept apart, and some of it withdrawn.

    Strangers without cards, since two cards would forbid what the decision asks for.
    """
    records_of: defaultdict[str, list[str]] = defaultdict(list)
    for record, person in person_of.items():
        records_of[person].append(record)
    doubles = [records for records in records_of.values() if len(records) > 1]
    strangers = [key for key, person in person_of.items() if person not in card_holders]
    pairs = [
        *((pick.sample(strangers, 2), "must_link") for _ in range(MUST_LINKS)),
        *(
            (pick.sample(records, 2), "cannot_link")
            for records in pick.sample(doubles, CANNOT_LINKS)
        ),
    ]
    decided = [_decision(n, pair, word) for n, (pair, word) in enumerate(pairs)]
    withdrawn = [
        _decision(len(pairs) + n, pair, "none")
        for n, (pair, _) in enumerate(pick.sample(pairs, WITHDRAWN))
    ]
    yield from (*decided, *withdrawn)


def _decision(number: int, pair: list[str], decision: str) -> Version:
    (source, record), (other_source, other_record) = (key.split(":") for key in pair)
    row = {
        "decision_id": f"d{number:04d}",
        "source_name": source,
        "source_record_id": record,
        "other_source_name": other_source,
        "other_source_record_id": other_record,
        "decision": decision,
        "reason": "The customer called",
        "decided_by": "steward",
        "decided_at": _moment(number),
    }
    return Version(DECISIONS, row)
