"""How to get from one page to the next: one small object for each way."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from itertools import pairwise
from typing import Any, Protocol

from ingestion import contract_sources as c
from ingestion.errors import SourceError
from ingestion.records import dig

Parameters = dict[str, str | int | float | bool]
# Filters may leave pages empty, but hardly so many in a row.
IDLE_PAGES = 1_000
SAME_PAGES = 3


class Pager(Protocol):
    """The state of one walk over pages."""

    is_done: bool

    def parameters(self) -> Parameters:
        """Return what to add to the next request."""
        ...

    def update(self, body: Any, records: Sequence[object]) -> None:
        """Look at the answer and move on."""
        ...


class _Progress:
    """Notices a walk that gets nowhere, which would go on for ever."""

    def __init__(self) -> None:
        """Begin before the first page."""
        self._last: Sequence[object] = ()
        self._same = 0
        self._empty = 0

    def note(self, records: Sequence[object]) -> None:
        """Look at a page.

        A page that moves may come twice, but not three times with nothing between.

        Raises:
            SourceError: The server gives the same page, or empty ones, again and again.
        """
        self._empty = 0 if records else self._empty + 1
        if self._empty > IDLE_PAGES:
            raise SourceError(f"the server gives {IDLE_PAGES} empty pages in a row")
        if not records:
            return
        self._same = self._same + 1 if records == self._last else 1
        self._last = records
        if self._same >= SAME_PAGES:
            raise SourceError(
                "the server gives the same page again and again; check the paginator in"
                " the contract"
            )


class SinglePage:
    """One answer with everything."""

    def __init__(self) -> None:
        """Begin."""
        self.is_done = False

    def parameters(self) -> Parameters:
        """Return nothing."""
        return {}

    def update(self, body: Any, records: Sequence[object]) -> None:
        """Stop."""
        self.is_done = True


class PageNumbers:
    """Pages 1, 2, 3 up to the total, or up to an empty page."""

    def __init__(self, settings: c.PageNumberPaginator) -> None:
        """Begin at the first page."""
        self._settings = settings
        self._page = settings.base_page
        self._progress = _Progress()
        self.is_done = False

    def parameters(self) -> Parameters:
        """Return the page's number."""
        return {self._settings.page_param: self._page}

    def update(self, body: Any, records: Sequence[object]) -> None:
        """Go on to the next page.

        Raises:
            SourceError: The pages bring nothing: this would hardly end.
        """
        self._progress.note(records)
        total = None
        if self._settings.total_path is not None:
            total = dig(body, self._settings.total_path.split("."))
        self._page += 1
        if isinstance(total, int):
            self.is_done = self._page - self._settings.base_page >= total
        else:
            self.is_done = not records


class Offsets:
    """Records from 0, from `limit`, from twice `limit`, up to a short page."""

    def __init__(self, settings: c.OffsetPaginator) -> None:
        """Begin at the first record."""
        self._settings = settings
        self._offset = 0
        self._progress = _Progress()
        self.is_done = False

    def parameters(self) -> Parameters:
        """Return offset and limit."""
        return {
            self._settings.offset_param: self._offset,
            self._settings.limit_param: self._settings.limit,
        }

    def update(self, body: Any, records: Sequence[object]) -> None:
        """Go on behind the records that came.

        Raises:
            SourceError: The pages bring nothing: this would hardly end.
        """
        self._progress.note(records)
        self._offset += len(records)
        self.is_done = not records


class NextCursor:
    """Each answer names the next page."""

    def __init__(self, path: str, parameter: str) -> None:
        """Begin without a name."""
        self._path = path.split(".")
        self._parameter = parameter
        self._next: str | int | None = None
        self._used: set[str] = set()
        self._progress = _Progress()
        self.is_done = False

    def parameters(self) -> Parameters:
        """Return the page's name."""
        return {} if self._next is None else {self._parameter: self._next}

    def update(self, body: Any, records: Sequence[object]) -> None:
        """Go on to the page that the answer names.

        Raises:
            SourceError: The name was used before, or the pages bring nothing: this
                would never end.
        """
        self._progress.note(records)
        found = dig(body, self._path)
        self._next = (
            found if isinstance(found, int) else (str(found) if found else None)
        )
        self.is_done = self._next is None
        if self.is_done:
            return
        if str(self._next) in self._used:
            raise SourceError("the server names the same next page twice")
        self._used.add(str(self._next))


def pager(settings: c.Paginator | None) -> Pager:
    """Return a new walk over pages."""
    if isinstance(settings, c.PageNumberPaginator):
        return PageNumbers(settings)
    if isinstance(settings, c.OffsetPaginator):
        return Offsets(settings)
    if isinstance(settings, c.CursorPaginator):
        return NextCursor(settings.cursor_path, settings.cursor_param)
    return SinglePage()


class OrderedWalk:
    """A walk that does not trust page numbers while records move.

    A record that is updated while we page moves to the end, and all behind it move up:
    the first of the next page is skipped. Where the source sorts by cursor and filters
    on it, each page is therefore asked for as the first page *from the last cursor
    seen*. Page numbers count only while a page brings no higher cursor.

    Where the records turn out not to be sorted, the walk begins again and trusts page
    numbers alone.
    """

    def __init__(
        self,
        begin: Callable[[], Pager],
        start: int | None,
        *,
        step_back: int,
        can_restart: bool = True,
    ) -> None:
        """Begin a walk.

        Args:
            begin: Makes the pager of one walk from a start.
            start: Cursor to ask from; None asks for everything.
            step_back: How far before the last cursor to ask again, since a server may
                leave out the records that equal the start.
            can_restart: Whether the source sorts by cursor and filters on it.
        """
        self._begin = begin
        self._first = start
        self._step_back = step_back
        self._pager = begin()
        self.start = start
        self.is_sorted = can_restart
        self.uses_numbers = not can_restart

    @property
    def is_done(self) -> bool:
        """Whether there is nothing more."""
        return self._pager.is_done

    def parameters(self) -> Parameters:
        """Return what to add to the next request, besides the start."""
        return self._pager.parameters()

    def update(
        self, body: Any, records: Sequence[object], values: Sequence[int | None]
    ) -> None:
        """Look at the answer, the cursor values of its records, and move on."""
        self._pager.update(body, records)
        if not self.is_sorted:
            return
        if not _is_sorted(values, self.start):
            self.is_sorted = False
            self.uses_numbers = True
            if self.start != self._first:
                self.start = self._first
                self._pager = self._begin()
            return
        last = values[-1] if values else None
        if self._pager.is_done or last is None:
            return
        restart = last - self._step_back
        if self.start is None or restart > self.start:
            self.start = restart
            self._pager = self._begin()
        else:
            self.uses_numbers = True


def _is_sorted(values: Sequence[int | None], start: int | None) -> bool:
    known = [value for value in values if value is not None]
    if len(known) < len(values) or (start is not None and known and known[0] < start):
        return False
    return all(one <= other for one, other in pairwise(known))
