"""The CRM: paths, parameters and envelopes of HubSpot's v3 objects API.

Served are the list (`GET /crm/v3/objects/{object}`), the search (`POST .../search`) and
the batch read of ticket associations, which a client needs after a search
(`POST /crm/v4/associations/tickets/contacts/batch/read`). As in the real API, a search
neither returns archived records nor associations, ends at 10,000 results, and a page
has at most 100 (list) or 200 (search) records.
"""

from __future__ import annotations

import json
import sqlite3
from typing import Any

from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from demo.crm_search import Search, iso
from demo.web import (
    Backend,
    BadRequest,
    dumps,
    has_token,
    integer,
    json_response,
)

MODIFIED = {
    "contacts": "lastmodifieddate",
    "tickets": "hs_lastmodifieddate",
    "campaign_spend": "hs_lastmodifieddate",
    "consents": "hs_lastmodifieddate",
}
"""Object types with their last-modified property."""

_CREATED = {"contacts": "createdate", "tickets": "createdate"}
_DEFAULTS: dict[str, tuple[str, ...]] = {
    "contacts": ("email", "firstname", "lastname"),
    "tickets": ("subject", "hs_pipeline_stage", "hs_ticket_priority"),
}
_COLUMNS = "id, created_ms, modified_ms, archived, archived_at, contact_id, properties"
_CATEGORIES = {401: "INVALID_AUTHENTICATION", 429: "RATE_LIMITS"}


def routes(backend: Backend, token: str, window: int) -> list[Route]:
    """Return the routes of the API.

    Args:
        backend: Where to read.
        token: Bearer token.
        window: Results that a search reaches at most (10,000 in the real API).
    """
    api = CrmApi(backend, token, window)
    return [
        Route("/crm/v3/objects/{kind}", api.list, methods=["GET"]),
        Route("/crm/v3/objects/{kind}/search", api.search, methods=["POST"]),
        Route(
            "/crm/v4/associations/tickets/contacts/batch/read",
            api.associations,
            methods=["POST"],
        ),
    ]


def error(status: int, message: str) -> Response:
    """Return an error the way HubSpot words it."""
    body = {
        "status": "error",
        "message": message,
        "correlationId": "00000000-0000-0000-0000-000000000000",
        "category": _CATEGORIES.get(status, "VALIDATION_ERROR"),
    }
    if status == 429:
        body["errorType"] = "RATE_LIMIT"
        body["policyName"] = "TEN_SECONDLY_ROLLING"
    return json_response(dumps(body), status)


class CrmApi:
    """The endpoints."""

    def __init__(self, backend: Backend, token: str, window: int) -> None:
        """Read from the given store."""
        self.backend = backend
        self.token = token
        self.window = window

    async def list(self, request: Request) -> Response:
        """`GET /crm/v3/objects/{object}`: by id."""
        return await self._answer(request, self._list, None)

    async def search(self, request: Request) -> Response:
        """`POST /crm/v3/objects/{object}/search`."""
        return await self._answer(request, self._search, await request.body())

    async def associations(self, request: Request) -> Response:
        """`POST /crm/v4/associations/tickets/contacts/batch/read`."""
        return await self._answer(request, self._associations, await request.body())

    async def _answer(
        self, request: Request, endpoint: Any, body: bytes | None
    ) -> Response:
        if not has_token(request, self.token):
            return error(401, "Authentication credentials not found or wrong.")
        wait = self.backend.retry_after()
        if wait is not None:
            response = error(429, "You have reached your ten_secondly_rolling limit.")
            response.headers["Retry-After"] = str(wait)
            return response
        try:
            kind = request.path_params.get("kind", "tickets")
            if kind not in MODIFIED:
                raise BadRequest(f"Unable to infer object type from: {kind}")
            value = request if body is None else _object(body)
            result = await run_in_threadpool(endpoint, kind, value)
        except BadRequest as problem:
            return error(problem.status, str(problem))
        return json_response(dumps(result))

    def _list(self, kind: str, request: Request) -> dict[str, Any]:
        query = request.query_params
        limit = integer(request, "limit", 10, 1, 100)
        after = integer(request, "after", 0, 0, 2**62)
        archived = query.get("archived", "false").lower() == "true"
        wanted = _names(query.getlist("properties"))
        with_contacts = "contacts" in _names(query.getlist("associations"))
        with self.backend.connection() as connection:
            found = connection.execute(
                f"select {_COLUMNS} from objects"
                " where kind = ? and archived = ? and id > ? order by id limit ?",
                (kind, int(archived), after, limit + 1),
            ).fetchall()
        results = [_result(kind, row, wanted) for row in found[:limit]]
        if with_contacts and kind == "tickets":
            for result, row in zip(results, found, strict=False):
                _associate(result, row[5])
        envelope: dict[str, Any] = {"results": results}
        if len(found) > limit:
            link = request.url.include_query_params(after=results[-1]["id"])
            envelope["paging"] = {
                "next": {"after": results[-1]["id"], "link": str(link)}
            }
        return envelope

    def _search(self, kind: str, body: dict[str, Any]) -> dict[str, Any]:
        created = _CREATED.get(kind, "hs_createdate")
        search = Search.parse(body, MODIFIED[kind], created, self.window)
        with self.backend.connection() as connection:
            total, found = self._run(connection, kind, search)
        wanted = _names(body.get("properties") or [])
        envelope: dict[str, Any] = {
            "total": total,
            "results": [_result(kind, row, wanted) for row in found],
        }
        reached = search.after + len(found)
        if found and reached < total:
            envelope["paging"] = {"next": {"after": str(reached)}}
        return envelope

    @staticmethod
    def _run(
        connection: sqlite3.Connection, kind: str, search: Search
    ) -> tuple[int, Any]:
        where = f"kind = ? and archived = 0 and ({search.where})"
        values = (kind, *search.values)
        total = connection.execute(
            f"select count(*) from objects where {where}", values
        ).fetchone()[0]
        found = connection.execute(
            f"select {_COLUMNS} from objects where {where}"
            f" order by {search.order} limit ? offset ?",
            (*values, search.limit, search.after),
        ).fetchall()
        return int(total), found

    def _associations(self, _kind: str, body: dict[str, Any]) -> dict[str, Any]:
        inputs = body.get("inputs")
        if not isinstance(inputs, list) or len(inputs) > 1000:
            raise BadRequest("inputs must be a list of at most 1000 ids")
        try:
            ids = [int(entry["id"]) for entry in inputs]
        except (TypeError, KeyError, ValueError):
            raise BadRequest("every input needs an id") from None
        marks = ",".join("?" * len(ids))
        with self.backend.connection() as connection:
            found = connection.execute(
                "select id, contact_id from objects where kind = 'tickets'"
                f" and contact_id is not null and id in ({marks}) order by id",
                ids,
            ).fetchall()
        return {
            "status": "COMPLETE",
            "results": [
                {
                    "from": {"id": str(ticket)},
                    "to": [{"toObjectId": int(contact), "associationTypes": _TYPES}],
                }
                for ticket, contact in found
            ],
        }


_TYPES = [{"category": "HUBSPOT_DEFINED", "typeId": 16, "label": None}]


def _object(body: bytes) -> dict[str, Any]:
    try:
        value = json.loads(body or b"{}")
    except ValueError:
        raise BadRequest("Invalid input JSON") from None
    if not isinstance(value, dict):
        raise BadRequest("Invalid input JSON")
    return value


def _names(values: Any) -> list[str]:
    """Return property names, given one by one or with commas between."""
    if not isinstance(values, list) or not all(isinstance(v, str) for v in values):
        raise BadRequest("properties must be a list of names")
    return [name for value in values for name in value.split(",") if name]


def _result(kind: str, row: Any, wanted: list[str]) -> dict[str, Any]:
    """Return one record: the requested properties and those that always come."""
    identifier, created_ms, modified_ms, archived, archived_at, _, text = row
    stored = json.loads(text)
    always = ("hs_object_id", _CREATED.get(kind, "hs_createdate"), MODIFIED[kind])
    names = [*(wanted or _DEFAULTS.get(kind, ())), *always]
    properties = {name: stored.get(name) for name in sorted(set(names))}
    properties["hs_object_id"] = str(identifier)
    result = {
        "id": str(identifier),
        "properties": properties,
        "createdAt": iso(created_ms),
        "updatedAt": iso(modified_ms),
        "archived": bool(archived),
    }
    if archived:
        result["archivedAt"] = archived_at
    return result


def _associate(result: dict[str, Any], contact: str | None) -> None:
    if contact is not None:
        link = {"id": contact, "type": "ticket_to_contact"}
        result["associations"] = {"contacts": {"results": [link]}}
