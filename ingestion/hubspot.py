"""CRMs with the paths and envelopes of HubSpot v3."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

from ingestion import cursors
from ingestion.contract import Source, Table
from ingestion.errors import SourceError
from ingestion.http import Answer, BadRequestError, HttpSource, NotOfferedError
from ingestion.paginators import NextCursor, OrderedWalk
from ingestion.records import Record, RecordShape, dig
from ingestion.sources import Window
from ingestion.typed import RawBatch

LIST_LIMIT = 100
# HubSpot allows 200, other servers no more than in a list.
SEARCH_LIMIT = 100
SEARCH_WINDOW = 10_000
_MILLISECOND = 1_000


class HubspotReader:
    """An open CRM."""

    def __init__(self, source: Source, http: HttpSource) -> None:
        """Take the connection."""
        self._source = source
        self._http = http

    def read(self, table: Table, window: Window) -> HubspotReading:
        """Begin a pass over one object."""
        return HubspotReading(self._source.name, self._http, table, window)

    def close(self) -> None:
        """Close the connections."""
        self._http.close()


class _SearchError(Exception):
    """The search cannot deliver the window; the list can."""


class HubspotReading:
    """One pass over an object: what changed by search, all there is by list.

    The search knows no archived records, so these are listed each time. It is sorted
    and asked again from the last value seen, so that no query comes near the 10,000
    results beyond which the search refuses. Where it cannot deliver (the server has
    none or refuses a query, or 10,000 records changed in the same millisecond),
    the whole list is read: what is landed already is recognised.
    """

    has_no_duplicates = False
    is_ordered = False
    is_wider = False

    def __init__(
        self, source: str, http: HttpSource, table: Table, window: Window
    ) -> None:
        """Begin at the first page."""
        self._where = f"{source}.{table.name}"
        self._http = http
        self._table = table
        self._window = window
        self._object = table.settings.object or table.name
        self._shape = RecordShape(table, is_hubspot=True)
        self.fence: int | None = None

    def batches(self) -> Iterator[RawBatch]:
        """Yield the pages."""
        if self._window.start is None:
            yield from self._list(archived=False)
        else:
            try:
                yield from self._search(self._window.start)
            except (_SearchError, NotOfferedError):
                yield from self._list(archived=False)
        yield from self._list(archived=True)

    def _list(self, *, archived: bool) -> Iterator[RawBatch]:
        parameters: dict[str, str | int] = {
            "limit": LIST_LIMIT,
            "properties": ",".join(self._shape.properties),
            "archived": "true" if archived else "false",
        }
        if self._table.settings.associations:
            parameters["associations"] = ",".join(self._table.settings.associations)
        walk = NextCursor("paging.next.after", "after")
        while not walk.is_done:
            answer = self._http.get(
                self._table.name,
                f"/crm/v3/objects/{self._object}",
                {**parameters, **walk.parameters()},
            )
            records = self._records(answer.body, answer.clock)
            _keep_association_ids(records)
            try:
                walk.update(answer.body, records)
            except SourceError as error:
                raise SourceError(f"{self._where}: {error}") from None
            if records:
                yield self._shape.batch(records)

    def _search(self, start: int) -> Iterator[RawBatch]:
        column = self._table.cursor
        if column is None:
            raise _SearchError
        name = column.paths[0].removeprefix("properties.")
        walk = OrderedWalk(
            lambda: NextCursor("paging.next.after", "after"),
            start - start % _MILLISECOND,
            step_back=0,
        )
        while not walk.is_done:
            body = self._query(name, walk.start or 0, walk.parameters())
            answer = self._post_search(body)
            records = self._records(answer.body, answer.clock)
            self._add_associations(records)
            raw = self._shape.batch(records)
            values = [
                _whole_millisecond(cursors.cursor_value(value, column))
                for value in raw.columns[column.name]
            ]
            try:
                walk.update(answer.body, records, values)
            except SourceError:
                raise _SearchError from None
            if raw.size:
                yield raw
            if not walk.is_sorted:
                raise _SearchError

    def _post_search(self, body: Any) -> Answer:
        """Ask; where a search is refused, a list may still be given."""
        path = f"/crm/v3/objects/{self._object}/search"
        try:
            return self._http.post(self._table.name, path, body)
        except BadRequestError:
            raise _SearchError from None

    def _query(self, name: str, start: int, parameters: dict[str, Any]) -> Any:
        after = parameters.get("after")
        if after is not None and not _is_in_window(str(after)):
            raise _SearchError
        condition = {
            "propertyName": name,
            "operator": "GTE",
            "value": str(start // _MILLISECOND),
        }
        return {
            "filterGroups": [{"filters": [condition]}],
            "sorts": [{"propertyName": name, "direction": "ASCENDING"}],
            "properties": self._shape.properties,
            "limit": SEARCH_LIMIT,
            **({} if after is None else {"after": str(after)}),
        }

    def _add_associations(self, records: Sequence[Any]) -> None:
        """Ask for the associations, which search results do not carry."""
        found = [record for record in records if isinstance(record, dict)]
        wanted = [record for record in found if record.get("id") is not None]
        for kind in self._table.settings.associations if wanted else ():
            answer = self._http.post(
                self._table.name,
                f"/crm/v4/associations/{self._object}/{kind}/batch/read",
                {"inputs": [{"id": str(record["id"])} for record in wanted]},
            )
            targets = _targets(answer.body)
            for record in wanted:
                ids = targets.get(str(record["id"]), [])
                _associate(record, kind, ids)

    def _records(self, body: Any, clock: int) -> list[Any]:
        if self.fence is None:
            self.fence = clock
        records = dig(body, ["results"])
        if not isinstance(records, list):
            raise SourceError(
                f"{self._where}: the answer has no list 'results'; check the URL and"
                " the object's name in the contract"
            )
        return records


def _targets(body: Any) -> dict[str, list[str]]:
    results = dig(body, ["results"])
    return {
        str(dig(result, ["from", "id"])): [
            str(target.get("toObjectId", target.get("id")))
            for target in dig(result, ["to"]) or []
        ]
        for result in (results if isinstance(results, list) else [])
    }


def _keep_association_ids(records: Sequence[Any]) -> None:
    """Keep the ids alone: a list and a search then say the same of one record."""
    for record in records:
        stated = record.pop("associations", None) if isinstance(record, dict) else None
        for kind, targets in stated.items() if isinstance(stated, dict) else ():
            results = dig(targets, ["results"])
            ids = [
                str(target["id"])
                for target in (results if isinstance(results, list) else [])
                if isinstance(target, dict) and target.get("id") is not None
            ]
            _associate(record, kind, ids)


def _associate(record: Record, kind: str, ids: list[str]) -> None:
    """Put association ids where the list endpoint has them, each once."""
    if ids:
        results = [{"id": identifier} for identifier in dict.fromkeys(ids)]
        record.setdefault("associations", {})[kind] = {"results": results}


def _whole_millisecond(value: int | None) -> int | None:
    return None if value is None else value - value % _MILLISECOND


def _is_in_window(after: str) -> bool:
    """Tell whether a search gets as far as this page; what is no number, is unknown."""
    return after.isdecimal() and int(after) + SEARCH_LIMIT <= SEARCH_WINDOW
