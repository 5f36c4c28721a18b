"""Keep of each batch what is not landed yet."""

from __future__ import annotations

from types import TracebackType

import pyarrow as pa
import pyarrow.compute as pc

from ingestion import cursors
from ingestion.contract import EXTRA, LOADED_AT, POSITION, Column, Table
from ingestion.digests import row_digests
from ingestion.known import KnownVersions, Version
from ingestion.lake import LakeTable

_THIS_RUN = 2**62


class Deduplicator:
    """Compares record versions with those in the lake and with those of this run.

    With its cursor value, a version is known where key and content are in the lake. A
    record without it has no time of its own, so it is known only where it equals the
    version of its key that was landed last (A, B, A are three versions).

    Only the part of the lake at or above `bound` is looked at, for the source delivers
    nothing older; if it does all the same, the rest is looked at, too.
    """

    def __init__(
        self,
        lake: LakeTable,
        *,
        bound: int | None,
        has_unmarked: bool,
        has_no_duplicates: bool,
    ) -> None:
        """Index the landed versions from `bound` on (None: all).

        Args:
            lake: The table to compare with.
            bound: Cursor from which on versions can come again.
            has_unmarked: Whether the lake has versions without cursor value.
            has_no_duplicates: Whether the source delivers a version only once.
        """
        self._lake = lake
        self._names = content_names(lake.table)
        self._cursor = lake.table.cursor
        self._bound = bound
        self._has_no_duplicates = has_no_duplicates
        self._tracks_latest = has_unmarked
        self._newest: int | None = None
        self._known = KnownVersions()
        self._index(self._at_or_above(bound))

    def __enter__(self) -> Deduplicator:
        """Return the deduplicator."""
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        """Free the index."""
        self._known.close()

    def new_rows(self, rows: pa.RecordBatch) -> pa.RecordBatch:
        """Return the rows that are not landed yet, and note them as landed."""
        values = cursors.column_values(rows, self._cursor)
        lowest = pc.min(values).as_py()
        if self._bound is not None and lowest is not None and lowest < self._bound:
            self._index(self._below(self._bound))
            self._bound = None
        if self._cannot_be_known(values, lowest):
            return rows
        contents = row_digests(rows, self._names)
        keys = row_digests(rows, self._lake.table.settings.primary_key)
        marked = pc.is_valid(values).to_pylist()
        self._tracks_latest = self._tracks_latest or not all(marked)
        kept = self._choose(keys, contents, marked)
        self._note(rows, keys, contents, kept)
        return rows.filter(pa.array(kept, pa.bool_()))

    def _cannot_be_known(self, values: pa.Array, lowest: int | None) -> bool:
        """Tell whether all rows are newer than the lake, and come only once."""
        return (
            self._has_no_duplicates
            and not values.null_count
            and (self._newest is None or (lowest is not None and lowest > self._newest))
        )

    def _choose(
        self, keys: list[bytes], contents: list[bytes], marked: list[bool]
    ) -> list[bool]:
        known = self._known.known_contents(contents)
        latest = self._known.latest_contents(keys) if self._tracks_latest else {}
        kept = []
        for key, content, is_marked in zip(keys, contents, marked, strict=True):
            is_new = content not in known if is_marked else latest.get(key) != content
            if is_new:
                known.add(content)
                latest[key] = content
            kept.append(is_new)
        return kept

    def _note(
        self,
        rows: pa.RecordBatch,
        keys: list[bytes],
        contents: list[bytes],
        kept: list[bool],
    ) -> None:
        if not self._has_no_duplicates:
            self._known.add_contents(
                content for content, new in zip(contents, kept, strict=True) if new
            )
        if self._tracks_latest:
            positions = rows.column(POSITION).to_pylist()
            self._known.add_latest(
                Version(key, content, _THIS_RUN, position)
                for key, content, position, new in zip(
                    keys, contents, positions, kept, strict=True
                )
                if new
            )

    def _index(self, condition: pc.Expression | None) -> None:
        """Read landed versions into the index."""
        keys = self._lake.table.settings.primary_key
        names = list(dict.fromkeys([*self._names, *keys, LOADED_AT, POSITION]))
        for rows in self._lake.scan(names, condition):
            contents = row_digests(rows, self._names)
            self._known.add_contents(contents)
            newest = pc.max(cursors.column_values(rows, self._cursor)).as_py()
            if newest is not None:
                self._newest = max(newest, self._newest or newest)
            if self._tracks_latest:
                loaded = pc.cast(rows.column(LOADED_AT), pa.int64()).to_pylist()
                positions = rows.column(POSITION).to_pylist()
                parts = zip(
                    row_digests(rows, keys), contents, loaded, positions, strict=True
                )
                self._known.add_latest(Version(*part) for part in parts)

    def _at_or_above(self, bound: int | None) -> pc.Expression | None:
        if bound is None or self._cursor is None:
            return None
        return pc.field(self._cursor.name) >= _edge(bound, self._cursor)

    def _below(self, bound: int) -> pc.Expression | None:
        if self._cursor is None:
            return None
        field = pc.field(self._cursor.name)
        return (field < _edge(bound, self._cursor)) | field.is_null()


def content_names(table: Table) -> list[str]:
    """Return the columns that make up what a version says."""
    return [*(column.name for column in table.content), EXTRA]


def _edge(bound: int, column: Column) -> pa.Scalar:
    """Return the bound, on a whole second: Delta's statistics are cut to less."""
    return cursors.scalar(bound - bound % cursors.unit(column), column)
