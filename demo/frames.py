"""Columns of equal length as a plain dictionary, and the few operations on them."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

Array = NDArray[Any]
Frame = dict[str, Array]

DAY = 86_400
"""Seconds in a day."""

NEVER = -1
"""Stands for a time that did not happen."""

_STYLES = {"api": ("T", "Z"), "crm": ("T", ".000Z"), "shop": (" ", ".000000")}


def length(frame: Frame) -> int:
    """Return the number of rows."""
    return len(next(iter(frame.values()))) if frame else 0


def take(frame: Frame, index: Array) -> Frame:
    """Return the rows at the given positions (or where a mask is true)."""
    return {name: column[index] for name, column in frame.items()}


def concat(frames: Sequence[Frame]) -> Frame:
    """Return the rows of all frames, one below the other."""
    return {
        name: np.concatenate([frame[name] for frame in frames]) for name in frames[0]
    }


def records(frame: Frame, columns: Iterable[str] | None = None) -> list[dict[str, Any]]:
    """Return the rows as dictionaries of plain Python values."""
    names = list(columns) if columns is not None else list(frame)
    return [
        dict(zip(names, row, strict=True))
        for row in zip(*(frame[name].tolist() for name in names), strict=True)
    ]


def objects(values: Iterable[Any]) -> Array:
    """Return the values as an object column (strings and None side by side)."""
    items = list(values)
    column = np.empty(len(items), dtype=object)
    column[:] = items
    return column


def times(seconds: Array, style: str) -> Array:
    """Format times the way a source writes them.

    Args:
        seconds: Epoch seconds, UTC; `NEVER` becomes None.
        style: "api" (ISO with Z), "crm" (ISO with milliseconds) or "shop" (a SQL
            timestamp as SQLAlchemy stores it in SQLite).
    """
    separator, suffix = _STYLES[style]
    texts = np.datetime_as_string(seconds.astype("datetime64[s]"))
    parts = ((text[:10], text[11:]) for text in texts.tolist())
    column = objects(day + separator + clock + suffix for day, clock in parts)
    column[seconds == NEVER] = None
    return column


def days(seconds: Array) -> Array:
    """Format epoch seconds as ISO dates; `NEVER` becomes None."""
    column = np.datetime_as_string(seconds.astype("datetime64[s]"), unit="D")
    column = column.astype(object)
    column[seconds == NEVER] = None
    return column


def epoch(day: str) -> int:
    """Return the epoch second at which an ISO day (or time) begins, UTC."""
    return int(np.datetime64(day, "s").astype(np.int64))


def money(cents: Array) -> list[str]:
    """Format hundredths of a currency unit as decimal texts."""
    return [f"{value // 100}.{value % 100:02d}" for value in cents.tolist()]


def pick(rng: np.random.Generator, options: Sequence[Any], count: int) -> Array:
    """Draw options with equal chances."""
    return objects(options)[rng.integers(0, len(options), count)]


def pick_skewed(
    rng: np.random.Generator, count_options: int, count: int, skew: float = 0.6
) -> Array:
    """Draw positions of which the first ones are the most common."""
    weights = 1.0 / np.arange(1, count_options + 1) ** skew
    return rng.choice(count_options, size=count, p=weights / weights.sum())
