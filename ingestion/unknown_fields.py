"""Which fields came that the contract does not know: said once for each.

What was said is known from app transactions in the very commit that lands the fields.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

import pyarrow as pa

from ingestion.contract import EXTRA
from ingestion.json_text import parse_json
from ingestion.lake import LakeTable

# A record keyed by ids or days brings new names for ever: the rest is only counted.
MOST_NAMES = 20
_LONGEST_NAME = 60


class UnknownFields:
    """Watches what one run lands in one table."""

    def __init__(self, lake: LakeTable) -> None:
        """Begin before the first record."""
        self._lake = lake
        paths = [path for column in lake.table.content for path in column.paths]
        self._objects = {
            ".".join(path.split(".")[:length])
            for path in paths
            for length in range(1, path.count(".") + 1)
        }
        self._seen: set[str] = set()
        self._new: list[str] = []
        self._landed = 0

    def note(self, rows: pa.RecordBatch) -> None:
        """Look at rows that are to be landed."""
        for text in rows.column(EXTRA).drop_null().to_pylist():
            for name in self._names(parse_json(text, float), ""):
                if name not in self._seen:
                    self._seen.add(name)
                    if self._lake.transaction_version(self._app(name)) is None:
                        self._new.append(name)

    def versions(self) -> dict[str, int]:
        """Return the app transactions of the commit that lands the rows so far."""
        self._landed = len(self._new)
        return {self._app(name): 1 for name in self._new[:MOST_NAMES]}

    def remark(self) -> str | None:
        """Return the line that names the fields, None where none is new."""
        landed = [_short(name) for name in self._new[: self._landed]]
        if not landed:
            return None
        named = ", ".join(landed[:MOST_NAMES])
        more = len(landed) - MOST_NAMES
        rest = f" and {more:,} more" if more > 0 else ""
        return f"fields that the contract does not know, kept in _extra: {named}{rest}"

    def _names(self, extra: Mapping[str, Any], above: str) -> Iterator[str]:
        """Yield fields; of an object that the contract knows in part, the others."""
        for name, value in extra.items():
            path = f"{above}{name}"
            if path in self._objects and isinstance(value, dict):
                yield from self._names(value, f"{path}.")
            else:
                yield path

    def _app(self, name: str) -> str:
        return self._lake.app(f"unknown/{_short(name)}")


def _short(name: str) -> str:
    return name if len(name) <= _LONGEST_NAME else f"{name[:_LONGEST_NAME]}..."
