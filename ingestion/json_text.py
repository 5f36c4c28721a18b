"""JSON as sources write it: nothing that a value can be makes the page unreadable.

Python refuses what is nested too deep, and whole numbers of more than 4,300 digits. One
such value must not cost the other records of its page, nor its own record.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from decimal import Decimal, InvalidOperation
from typing import Any

# Levels that stay JSON; what lies deeper is kept as the text of its JSON. Readers of
# the lake have limits, too.
LEVELS = 200
_TOKENS = re.compile(r'"[^"\\]*(?:\\.[^"\\]*)*"|[\[{]|[\]}]', re.DOTALL)


def parse_json(text: str, fraction: Callable[[str], Any] = Decimal) -> Any:
    """Return what JSON says.

    Args:
        text: The JSON.
        fraction: Makes a number of one with a fraction or an exponent.

    Raises:
        ValueError: It is no JSON.
    """
    try:
        return json.loads(text, parse_float=fraction)
    except json.JSONDecodeError:
        raise
    except (RecursionError, ValueError, InvalidOperation):
        return json.loads(
            _shallow(text),
            parse_float=lambda number: _fraction(number, fraction),
            parse_int=_integer,
        )


def deep_json(value: Any, scalar: Callable[[Any], str]) -> str:
    """Return JSON of any depth, keys in order.

    Args:
        value: Objects and lists of what `scalar` knows.
        scalar: Returns the JSON of a value that holds no others.
    """
    parts: list[str] = []
    # What is still to be written, the next at the end.
    left: list[Any] = [value]
    while left:
        item = left.pop()
        if isinstance(item, _Written):
            parts.append(item)
        elif isinstance(item, dict):
            pairs = sorted(
                ((str(key), one) for key, one in item.items()), key=lambda pair: pair[0]
            )
            opened = [(f"{scalar(key)}:", one) for key, one in pairs]
            left += _reversed_parts("{", opened, "}")
        elif isinstance(item, list | tuple):
            left += _reversed_parts("[", [("", one) for one in item], "]")
        else:
            parts.append(scalar(item))
    return "".join(parts)


class _Written(str):
    """Text that is JSON already."""


def _reversed_parts(
    opening: str, items: list[tuple[str, Any]], closing: str
) -> list[Any]:
    parts: list[Any] = [_Written(opening)]
    for number, (name, value) in enumerate(items):
        parts += [_Written(f"{',' if number else ''}{name}"), value]
    return [*parts, _Written(closing)][::-1]


def _shallow(text: str) -> str:
    """Return JSON whose parts below `LEVELS` are strings of their own text."""
    parts: list[str] = []
    depth = done = began = 0
    for token in _TOKENS.finditer(text):
        mark = token.group()
        if mark in "[{":
            depth += 1
            if depth == LEVELS + 1:
                began = token.start()
                parts.append(text[done:began])
        elif mark in "]}":
            depth -= 1
            if depth == LEVELS:
                done = token.end()
                parts.append(json.dumps(text[began:done], ensure_ascii=False))
    if depth > LEVELS:
        raise ValueError("ends too early")
    return "".join([*parts, text[done:]])


def _fraction(text: str, fraction: Callable[[str], Any]) -> Any:
    try:
        return fraction(text)
    except InvalidOperation:
        return text


def _integer(text: str) -> int | Decimal:
    try:
        return int(text)
    except ValueError:
        return Decimal(text)
