"""Decisions and frequencies in which engines could differ, planted into a lake.

The records that they name are those of `planted`.
"""

from collections.abc import Iterator
from datetime import datetime
from pathlib import Path
from typing import Any

import pyarrow as pa

from ingestion import cursors
from ingestion.contract_files import load_contract
from ingestion.lake import LakeTable
from tests.python.support.planted import FIRST, SECOND
from tests.python.support.planted_values import NAMES, TEXTS, TIMES
from tests.python.support.platform import REPOSITORY

Row = dict[str, Any]

DECISIONS = ("must_link", "cannot_link", "none", "must_link")


def plant_decisions(lake: Path, day: int) -> None:
    """Plants the decisions and the refresh of a day (1 or 2)."""
    planted = {
        "identity_decisions": list(_decisions(day)),
        "value_frequencies": list(_frequencies(day)),
    }
    loaded_at = datetime.fromisoformat(SECOND if day == 2 else FIRST)
    for source in load_contract(REPOSITORY):
        for table in source.tables if source.name == "stewardship" else []:
            raw = LakeTable(str(lake), source, table)
            rows = [
                {"_loaded_at": loaded_at, "refreshed_at": loaded_at, **row}
                for row in planted[table.name]
            ]
            batch = pa.RecordBatch.from_pylist(rows, schema=raw.schema)
            raw.append(iter([batch]), loaded_at=cursors.to_microseconds(loaded_at))


def _decisions(day: int) -> Iterator[Row]:
    """About pairs of one person; the second day decides some of them otherwise."""
    for number, text in enumerate(TEXTS):
        contact, member = f"{90_000_000 + number}", f" {8_000_000 + number}\u00a0"
        account = f"planted-{number:03d}" if number % 2 else f"p'{number}\\"
        if day == 1 or number % 3 == 0:
            yield _decision(
                f"{day}-{number}",
                (("CRM", contact), (" shop", member)),
                DECISIONS[(number + day) % len(DECISIONS)],
                text,
            )
        if day == 1 and number % 5 == 0:
            # The same moment, the other way round: the order must be total.
            yield _decision(
                f"tie-{number}",
                (("shop", member), ("crm", contact)),
                DECISIONS[(number + 1) % len(DECISIONS)],
                text[:9],
            )
        if day == 1 and number % 7 == 0:
            # Apart, and yet each of them one with the same third record.
            yield _decision(
                f"chain-{number}",
                (("shop", member), ("commerce", account)),
                "must_link",
                text,
            )
            yield _decision(
                f"apart-{number}",
                (("commerce", account), ("crm", contact)),
                "cannot_link",
                text,
            )


def _decision(
    decision_id: str,
    pair: tuple[tuple[str, str], tuple[str, str]],
    decision: str,
    reason: str,
) -> Row:
    (source_name, record_id), (other_source_name, other_record_id) = pair
    moment = TIMES[int(decision_id.split("-")[1]) % len(TIMES)]
    day = SECOND if decision_id.startswith("2-") else f"{moment}+00:00"
    return {
        "decision_id": decision_id,
        "source_name": source_name,
        "source_record_id": record_id,
        "other_source_name": other_source_name,
        "other_source_record_id": other_record_id,
        "decision": decision,
        "reason": reason,
        "decided_by": reason[-9:],
        "decided_at": datetime.fromisoformat(day),
    }


def _frequencies(day: int) -> Iterator[Row]:
    """Of what names are made of, and of texts; as many as a small world has records."""
    names = [name.lower() for pair in NAMES for name in pair]
    values = [
        *(("given_name", value) for value in [*names, *TEXTS[day:]]),
        *(("family_name", value) for value in ["salah", "hassan", *TEXTS[:-day]]),
        ("city", "cairo"),
        ("record", "*"),
    ]
    population = 2_500 * day
    for number, (attribute, value) in enumerate(values):
        yield {
            "attribute": attribute,
            "value": value,
            "record_count": population if value == "*" else 1 + number * day,
            "population_count": population,
        }
