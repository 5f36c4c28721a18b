"""What every kind of source offers to the loader."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Protocol, runtime_checkable

from ingestion.contract import Table
from ingestion.typed import RawBatch


@dataclass(frozen=True)
class Window:
    """What to ask a source for: everything, or what changed since `start`, inclusive.

    Both are in epoch microseconds or integer keys, as the cursor is. A source may
    leave out what lies at `end` or beyond.
    """

    start: int | None
    end: int | None = None


class Reading(Protocol):
    """One pass over a table of a source.

    `fence` is the source's clock before the first record, in epoch microseconds, known
    once the first batch is there; None where the cursor is no time. While `is_ordered`,
    records come in cursor order, so that a commit may be made at any point. Where
    `has_no_duplicates`, a record version comes at most once. Where it `is_wider`, it
    brings records from before the window that nobody asked for.
    """

    fence: int | None
    is_ordered: bool
    has_no_duplicates: bool
    is_wider: bool

    def batches(self) -> Iterator[RawBatch]:
        """Yield the records."""
        ...


@runtime_checkable
class NotingReading(Reading, Protocol):
    """A pass that has to know what of it is landed.

    While it `is_idle`, there is nothing to read, which does not mean that the table is
    empty.
    """

    is_idle: bool

    def metadata(self) -> Mapping[str, str]:
        """Return what the commit of all records so far must say, once."""
        ...

    def finish(self) -> None:
        """Note what needed no commit, now that everything is landed.

        Raises:
            SourceError: A part could not be read.
        """
        ...


class SourceReader(Protocol):
    """An open source."""

    def read(self, table: Table, window: Window) -> Reading:
        """Begin a pass over one table."""
        ...

    def close(self) -> None:
        """Let go of connections."""
        ...
