"""HubSpot's search requests, turned into SQL over the store."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from demo.web import BadRequest

_NAME = re.compile(r"[a-z][a-z0-9_]{0,99}")
_COMPARISONS = {"EQ": "=", "NEQ": "!=", "GT": ">", "GTE": ">=", "LT": "<", "LTE": "<="}
_MAX_GROUPS, _MAX_FILTERS = 5, 6


def iso(milliseconds: int) -> str:
    """Return epoch milliseconds as HubSpot writes times."""
    when = datetime.fromtimestamp(milliseconds // 1000, UTC)
    return f"{when:%Y-%m-%dT%H:%M:%S}.{milliseconds % 1000:03d}Z"


@dataclass(frozen=True)
class Search:
    """One search.

    Attributes:
        where: SQL condition with placeholders.
        values: What the placeholders stand for.
        order: SQL expressions to order by, ending in the id.
        limit: Results on the page.
        after: Results to leave out.
    """

    where: str
    values: tuple[Any, ...]
    order: str
    limit: int
    after: int

    @classmethod
    def parse(
        cls, body: dict[str, Any], modified: str, created: str, window: int
    ) -> Search:
        """Read a search request.

        Args:
            body: The request.
            modified: Name of the object's last-modified property.
            created: Name of its creation property.
            window: Results that can be reached at most.

        Raises:
            BadRequest: If the request is not understood, or reaches too far.
        """
        limit = _number(body.get("limit", 10), "limit", 1, 200)
        after = _number(body.get("after") or 0, "after", 0, 2**62)
        if after + limit > window:
            raise BadRequest(
                f"Search results beyond {window} cannot be reached: "
                f"after {after} and limit {limit} ask for more"
            )
        columns = {modified: "modified_ms", created: "created_ms", "hs_object_id": "id"}
        where, values = _groups(body.get("filterGroups") or [], columns)
        order = _order(body.get("sorts") or [], columns)
        return cls(where, tuple(values), order, limit, after)


def _groups(groups: Any, columns: dict[str, str]) -> tuple[str, list[Any]]:
    """Groups are joined by OR, the filters of a group by AND."""
    if not isinstance(groups, list) or len(groups) > _MAX_GROUPS:
        raise BadRequest(f"filterGroups must be a list of at most {_MAX_GROUPS}")
    alternatives, values = [], []
    for group in groups:
        filters = group.get("filters") if isinstance(group, dict) else None
        if not isinstance(filters, list) or not 1 <= len(filters) <= _MAX_FILTERS:
            raise BadRequest(f"a filter group has 1 to {_MAX_FILTERS} filters")
        parts = [_filter(each, columns) for each in filters]
        alternatives.append(" and ".join(sql for sql, _ in parts))
        values += [value for _, found in parts for value in found]
    return " or ".join(f"({each})" for each in alternatives) or "1 = 1", values


def _filter(entry: Any, columns: dict[str, str]) -> tuple[str, list[Any]]:
    if not isinstance(entry, dict):
        raise BadRequest("a filter is an object")
    column, convert = _column(entry.get("propertyName"), columns)
    operator = entry.get("operator")
    if operator in _COMPARISONS:
        return f"{column} {_COMPARISONS[operator]} ?", [convert(entry.get("value"))]
    if operator == "BETWEEN":
        bounds = [convert(entry.get("value")), convert(entry.get("highValue"))]
        return f"{column} between ? and ?", bounds
    if operator in ("IN", "NOT_IN"):
        options = entry.get("values")
        if not isinstance(options, list) or not 1 <= len(options) <= 100:
            raise BadRequest(f"{operator} needs 1 to 100 values")
        marks = ",".join("?" * len(options))
        word = "in" if operator == "IN" else "not in"
        return f"{column} {word} ({marks})", [convert(each) for each in options]
    if operator in ("HAS_PROPERTY", "NOT_HAS_PROPERTY"):
        word = "is not null" if operator == "HAS_PROPERTY" else "is null"
        return f"{column} {word}", []
    raise BadRequest(f"operator {operator} is not supported")


def _column(name: Any, columns: dict[str, str]) -> tuple[str, Callable[[Any], Any]]:
    """Return the SQL expression of a property and how its values are read."""
    if not isinstance(name, str) or not _NAME.fullmatch(name):
        raise BadRequest(f"there is no property {name}")
    if name not in columns:
        return f"json_extract(properties, '$.{name}')", _text
    return columns[name], _whole if name == "hs_object_id" else _milliseconds


def _order(sorts: Any, columns: dict[str, str]) -> str:
    if not isinstance(sorts, list) or len(sorts) > 1:
        raise BadRequest("sorts must be a list of at most one sort")
    parts = []
    for entry in sorts:
        given = entry if isinstance(entry, dict) else {"propertyName": entry}
        column, _ = _column(given.get("propertyName"), columns)
        direction = given.get("direction", "ASCENDING")
        if direction not in ("ASCENDING", "DESCENDING"):
            raise BadRequest("direction is ASCENDING or DESCENDING")
        parts.append(f"{column} {'asc' if direction == 'ASCENDING' else 'desc'}")
    return ", ".join([*parts, "id"])


def _text(value: Any) -> str:
    if value is None:
        raise BadRequest("a filter needs a value")
    return str(value)


def _whole(value: Any) -> int:
    return _number(value, "hs_object_id", 0, 2**62)


def _milliseconds(value: Any) -> int:
    """Read a time: epoch milliseconds or ISO 8601."""
    text = _text(value)
    if re.fullmatch(r"-?\d+", text):
        return int(text)
    try:
        when = datetime.fromisoformat(text)
    except ValueError:
        raise BadRequest(f"{text} is not a time") from None
    if when.tzinfo is None:
        when = when.replace(tzinfo=UTC)
    return round(when.timestamp() * 1000)


def _number(value: Any, name: str, low: int, high: int) -> int:
    try:
        number = int(value)
    except (TypeError, ValueError):
        raise BadRequest(f"{name} must be a whole number") from None
    if not low <= number <= high:
        raise BadRequest(f"{name} must be between {low} and {high}")
    return number
