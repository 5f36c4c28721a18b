"""What became of the records of a load, and how a commit says so."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass, fields
from typing import Any

METADATA = "ingestion.loads"
# How a row of the log came about: a commit of versions, one of rejections, one of a
# batch without rows; a table that ended well, or badly; commits that told nothing.
LANDED, REJECTED, CLEARED = "landed", "rejected", "cleared"
FINISHED, FAILED = "finished", "failed"
NOT_LOGGED = "not_logged"

Row = dict[str, Any]


@dataclass
class LeftOut:
    """Good records that need no row, and rows that need no record."""

    unchanged: int = 0
    outside_window: int = 0
    carried_over: int = 0


@dataclass(frozen=True)
class Tally:
    """What became of records: delivered and carried over are the sum of the others.

    Attributes:
        delivered: Records that the source delivered.
        carried_over: Rows of the batch before that stay where a record is rejected.
        landed: Versions that were committed.
        rejected: Broken records that were committed to `_rejected`.
        rejected_before: Broken records that lie there already.
        unchanged: Versions that are landed already, or came twice.
        outside_window: Records that nobody had asked for.
        not_landed: Good and broken records in the hands of a table that failed, or
            whose source broke off.
    """

    delivered: int = 0
    carried_over: int = 0
    landed: int = 0
    rejected: int = 0
    rejected_before: int = 0
    unchanged: int = 0
    outside_window: int = 0
    not_landed: int = 0

    def __sub__(self, other: Tally) -> Tally:
        """Return what has come since."""
        names = [field.name for field in fields(self)]
        return Tally(**{n: getattr(self, n) - getattr(other, n) for n in names})


def note(
    table_name: str, batch_id: str | None, outcome: str, ended_at: int, tally: Tally
) -> Row:
    """Return one row of the log, without its key and source."""
    return {
        "table_name": table_name,
        "batch_id": batch_id,
        "outcome": outcome,
        "ended_at": ended_at,
        **{f"{name}_count": count for name, count in asdict(tally).items()},
    }


def metadata(*notes: Row) -> dict[str, str]:
    """Return rows of the log as the metadata of the commit that they tell of."""
    return {METADATA: json.dumps(notes)}


def notes(metadata: Mapping[str, str]) -> list[Row] | None:
    """Return the rows of the log that a commit brings; None where it tells nothing."""
    text = metadata.get(METADATA)
    return None if text is None else list(json.loads(text))
