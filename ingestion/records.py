"""JSON records into the columns of a table, and the fields that it does not know."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

from ingestion.contract import HUBSPOT_ENVELOPE, Column, Table
from ingestion.typed import RawBatch
from ingestion.values import canonical_json

Record = dict[str, Any]
_NO_RECORD: Record = {}


def dig(value: Any, path: Sequence[str]) -> Any:
    """Return what lies at a path of keys and list indexes, None where nothing does."""
    for part in path:
        if isinstance(value, dict):
            value = value.get(part)
        elif isinstance(value, list) and part.isdecimal() and int(part) < len(value):
            value = value[int(part)]
        else:
            return None
    return value


class RecordShape:
    """Where the columns of a table lie in its JSON records."""

    def __init__(self, table: Table, *, is_hubspot: bool) -> None:
        """Work the paths out once."""
        self._is_hubspot = is_hubspot
        self._paths: dict[str, list[list[str]]] = {
            column.name: [self._path(path) for path in column.paths]
            for column in table.content
        }
        self._known: dict[str, Any] = {}
        for path in (path for paths in self._paths.values() for path in paths):
            _remember(self._known, path)

    @property
    def properties(self) -> list[str]:
        """The CRM properties that the columns need."""
        paths = (path for paths in self._paths.values() for path in paths)
        names = [path[1] for path in paths if path[0] == "properties" and path[1:]]
        return list(dict.fromkeys(names))

    def batch(self, records: Sequence[object]) -> RawBatch:
        """Return the records as columns; what is no object has no values."""
        objects = [
            record if isinstance(record, dict) else _NO_RECORD for record in records
        ]
        extras = [self._extra(record) for record in objects]
        return RawBatch(
            size=len(objects),
            columns={
                name: self._values(objects, paths)
                for name, paths in self._paths.items()
            },
            extras=extras if any(extras) else None,
            payload=_payload(records),
        )

    def _path(self, path: str) -> list[str]:
        parts = path.split(".")
        if self._is_hubspot and parts[0] not in (*HUBSPOT_ENVELOPE, "properties"):
            return ["properties", path]
        return parts

    @staticmethod
    def _values(records: list[Record], paths: list[list[str]]) -> list[Any]:
        if len(paths) == 1 and len(paths[0]) == 1:
            name = paths[0][0]
            return [record.get(name) for record in records]
        return [
            next(
                (value for path in paths if (value := dig(record, path)) is not None),
                None,
            )
            for record in records
        ]

    def _extra(self, record: Record) -> str | None:
        if self._is_hubspot:
            inner = record.get("properties")
            known = self._known.get("properties") or {}
            record = inner if isinstance(inner, dict) else _NO_RECORD
            rest = _unknown(record, {**known, "hs_object_id": None})
        else:
            rest = _unknown(record, self._known)
        return canonical_json(rest) if rest else None


def unknown_columns(table: Table, names: Sequence[str]) -> list[str]:
    """Return the names that no column of the table reads."""
    known = {path for column in table.content for path in column.paths}
    return [name for name in names if name not in known]


def column_source(column: Column, names: Sequence[str]) -> str | None:
    """Return which of the given names a column is read from."""
    return next((path for path in column.paths if path in names), None)


def _remember(known: dict[str, Any], path: list[str]) -> None:
    """Note a path in a tree; None stands for everything below."""
    for part in path[:-1]:
        if part in known and known[part] is None:
            return
        known = known.setdefault(part, {})
    known[path[-1]] = None


def _unknown(record: Record, known: dict[str, Any]) -> Record:
    """Return what the tree of known paths does not cover, without nulls."""
    rest: Record = {}
    for name, value in record.items():
        if value is None:
            continue
        if name not in known:
            rest[name] = value
        elif known[name] is not None:
            inner = _unknown(value, known[name]) if isinstance(value, dict) else value
            if not isinstance(inner, dict) or inner:
                rest[name] = inner
    return rest


def _payload(records: Sequence[object]) -> Callable[[int], str]:
    return lambda index: canonical_json(records[index])
