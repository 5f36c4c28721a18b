"""Which part of a table is asked for: what is new, or `run --from ... --to ...`."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

import pyarrow as pa
import pyarrow.compute as pc

from ingestion import cursors
from ingestion.contract import Column, Source, Table
from ingestion.errors import SettingsError
from ingestion.sources import Window

# The kinds of sources that can be asked for a part of the past. A file, once read, is
# done: to read but a part of it would lose the rest.
KINDS = frozenset({"rest", "hubspot", "sql"})
_LARGEST = 2**63 - 1


@dataclass(frozen=True)
class Period:
    """What a person wants: values of the cursor column, the end excluded."""

    start: str | None
    end: str | None

    def check(self, chosen: Iterable[tuple[Source, list[Table]]]) -> None:
        """Look whether each of the tables can be asked.

        Raises:
            SettingsError: One cannot.
        """
        without: list[str] = []
        for source, tables in chosen:
            for table in tables:
                if source.settings.kind not in KINDS or table.cursor is None:
                    without.append(f"{source.name}.{table.name}")
                else:
                    self.window(f"{source.name}.{table.name}", table.cursor)
        if without:
            raise SettingsError(
                "--from and --to need a source that can be asked by a cursor; these"
                f" cannot: {', '.join(without)}; choose others with --source and"
                " --table, or use --full-refresh"
            )

    def window(self, name: str, column: Column) -> Window:
        """Return the window on the cursor column of a table.

        Raises:
            SettingsError: A bound is no value of the column, or the end is not behind
                the start.
        """
        start = _parse("--from", self.start, name, column)
        end = _parse("--to", self.end, name, column)
        if start is not None and end is not None and start >= end:
            raise SettingsError(
                f"--from {self.start} is not before --to {self.end}; the end is"
                " excluded"
            )
        return Window(start, end)


def inside(rows: pa.RecordBatch, values: pa.Array, window: Window) -> pa.RecordBatch:
    """Return the rows in the window; those without cursor value are in none."""
    if window.start is not None:
        values = pc.if_else(pc.greater_equal(values, window.start), values, None)
    if window.end is not None:
        values = pc.if_else(pc.less(values, window.end), values, None)
    return rows.filter(pc.is_valid(values))


def is_beyond(values: pa.Array, window: Window) -> bool:
    """Tell whether all values lie behind the window."""
    lowest = pc.min(values).as_py()
    is_known = lowest is not None and not values.null_count
    return is_known and window.end is not None and lowest >= window.end


def _parse(option: str, text: str | None, name: str, column: Column) -> int | None:
    if text is None:
        return None
    value = cursors.cursor_value(text.strip(), column)
    if value is None or abs(value) > _LARGEST:
        kind = column.data_type if cursors.is_time(column) else "whole number"
        raise SettingsError(
            f"{option} '{text}' is no {kind}, as {name}.{column.name} is"
        )
    return value


def within(rows: pa.RecordBatch, values: pa.Array, start: int | None) -> pa.RecordBatch:
    """Return the rows that lie in the window, or do not say where they lie."""
    if start is None:
        return rows
    return rows.filter(pc.fill_null(pc.greater_equal(values, start), True))
