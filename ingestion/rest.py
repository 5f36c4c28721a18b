"""REST APIs that answer JSON."""

from __future__ import annotations

from collections.abc import Generator, Iterator
from typing import Any

from ingestion import cursors
from ingestion.contract import (
    Column,
    Source,
    Table,
)
from ingestion.contract_sources import (
    NUMBERED,
)
from ingestion.errors import SourceError
from ingestion.http import HttpSource
from ingestion.moves import Moves
from ingestion.paginators import OrderedWalk, Parameters, pager
from ingestion.records import RecordShape, dig
from ingestion.sources import Window
from ingestion.typed import RawBatch

PASSES = 5


class RestReader:
    """An open REST API."""

    def __init__(self, source: Source, http: HttpSource) -> None:
        """Take the connection."""
        self._source = source
        self._http = http

    def read(self, table: Table, window: Window) -> RestReading:
        """Begin a pass over one table."""
        return RestReading(self._source.name, self._http, table, window)

    def close(self) -> None:
        """Close the connections."""
        self._http.close()


class RestReading:
    """One pass over an endpoint."""

    has_no_duplicates = False
    is_wider = False

    def __init__(
        self, source: str, http: HttpSource, table: Table, window: Window
    ) -> None:
        """Begin at the first page."""
        self._where = f"{source}.{table.name}"
        self._http = http
        self._table = table
        self._window = window
        self._shape = RecordShape(table, is_hubspot=False)
        incremental = table.settings.incremental
        self._declares_order = (
            incremental is not None and incremental.row_order == "asc"
        )
        self.is_ordered = self._declares_order
        self.fence: int | None = None

    def batches(self) -> Iterator[RawBatch]:
        """Yield the pages.

        Raises:
            SourceError: The source does not answer as the contract says.
        """
        if self._table.settings.paginator_type not in NUMBERED:
            yield from self._named_pages()
            return
        with Moves(self._table.settings.primary_key) as moves:
            for _ in range(PASSES):
                uses_numbers = yield from self._numbered_pass(moves)
                if not uses_numbers or moves.is_settled:
                    return
                moves.next_pass()
        raise SourceError(
            f"{self._where}: records move between pages faster than they can be read;"
            " run it again when there is less going on"
        )

    def _named_pages(self) -> Iterator[RawBatch]:
        """Yield pages that each name the next one, and watch their order."""
        column = self._table.cursor
        last: int | None = None
        walk = pager(self._table.settings.paginator)
        while not walk.is_done:
            body, records = self._page(self._window.start, walk.parameters())
            self._move(walk.update, body, records)
            raw = self._shape.batch(records)
            for value in _cursor_values(raw, column):
                if value is None:
                    continue
                self.is_ordered &= last is None or last <= value
                last = value
            if raw.size:
                yield raw

    def _numbered_pass(self, moves: Moves) -> Generator[RawBatch, None, bool]:
        """Yield numbered pages; return whether a record can have been skipped."""
        column = self._table.cursor
        paginator = self._table.settings.paginator
        walk = OrderedWalk(
            lambda: pager(paginator),
            self._window.start,
            step_back=1 if column is None else cursors.unit(column),
            can_restart=self._can_restart(),
        )
        self.is_ordered = walk.is_sorted
        while not walk.is_done:
            body, records = self._page(walk.start, walk.parameters())
            raw = self._shape.batch(records)
            self._move(walk.update, body, records, _cursor_values(raw, column))
            self.is_ordered = walk.is_sorted
            if raw.size:
                moves.note(raw)
                yield raw
        return walk.uses_numbers

    def _can_restart(self) -> bool:
        """Tell whether pages can be asked for by cursor instead of by number."""
        settings = self._table.settings
        return (
            self._declares_order
            and settings.incremental is not None
            and settings.incremental.start_param is not None
        )

    def _page(self, start: int | None, parameters: Parameters) -> tuple[Any, list[Any]]:
        settings = self._table.settings
        answer = self._http.get(
            self._table.name,
            settings.endpoint or "",
            {**settings.params, **self._start_parameter(start), **parameters},
        )
        if self.fence is None and self._table.cursor is not None:
            self.fence = answer.clock if cursors.is_time(self._table.cursor) else None
        path = settings.data_selector
        records = answer.body if path is None else dig(answer.body, path.split("."))
        if not isinstance(records, list):
            place = f"no list at '{path}'" if path else "no list"
            raise SourceError(
                f"{self._where}: the answer has {place}; mend data_selector in the"
                " contract or the URL"
            )
        return answer.body, records

    def _start_parameter(self, start: int | None) -> Parameters:
        incremental, column = self._table.settings.incremental, self._table.cursor
        if incremental is None or incremental.start_param is None or column is None:
            return {}
        if start is not None:
            return {incremental.start_param: cursors.text(start, column)}
        if incremental.initial_value is not None:
            return {incremental.start_param: incremental.initial_value}
        return {}

    def _move(self, update: Any, *parts: Any) -> None:
        try:
            update(*parts)
        except SourceError as error:
            raise SourceError(f"{self._where}: {error}") from None


def _cursor_values(raw: RawBatch, column: Column | None) -> list[int | None]:
    """Return the cursor values of a page; what is none at all is left out."""
    if column is None:
        return [None] * raw.size
    values = []
    for value in raw.columns[column.name]:
        number = cursors.cursor_value(value, column)
        if number is not None or value in (None, ""):
            values.append(number)
    return values
