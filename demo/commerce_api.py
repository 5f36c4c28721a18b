"""The commerce API: customers, events and exchange rates."""

from __future__ import annotations

import base64
import binascii
import re
import sqlite3

from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from demo.web import (
    Backend,
    BadRequest,
    Endpoint,
    Handler,
    dumps,
    has_token,
    integer,
    json_response,
    utc,
)

_MAX_PAGE = 1000


def routes(backend: Backend, token: str) -> list[Route]:
    """Return the routes of the API."""
    api = CommerceApi(backend)
    return [
        Route("/v1/customers", _guarded(api.customers, backend, token)),
        Route("/v1/events", _guarded(api.events, backend, token)),
        Route("/v1/exchange-rates", _guarded(api.exchange_rates, backend, token)),
    ]


def error(status: int, code: str, message: str) -> Response:
    """Return an error the way this API words it."""
    body = dumps({"error": {"code": code, "message": message}})
    return json_response(body, status)


def _guarded(endpoint: Endpoint, backend: Backend, token: str) -> Handler:
    async def handle(request: Request) -> Response:
        if not has_token(request, token):
            return error(401, "unauthorized", "missing or wrong bearer token")
        wait = backend.retry_after()
        if wait is not None:
            response = error(429, "rate_limited", "too many requests")
            response.headers["Retry-After"] = str(wait)
            return response
        try:
            return await run_in_threadpool(endpoint, request)
        except BadRequest as problem:
            return error(problem.status, "bad_request", str(problem))

    return handle


class CommerceApi:
    """The three endpoints."""

    def __init__(self, backend: Backend) -> None:
        """Read from the given store."""
        self.backend = backend

    def customers(self, request: Request) -> Response:
        """`GET /v1/customers`: by update time, then id.

        Records that do not say when they changed come first, and always: nobody can
        tell whether they changed since.
        """
        since = request.query_params.get("updated_since")
        where, values = "", []
        if since is not None:
            where = "where sort_at >= ? or sort_at = ''"
            values = [_iso(since, "updated_since")]
        return self._pages(
            request,
            f"select count(*) from customers {where}",
            f"select document from customers {where} order by sort_at, id"
            " limit ? offset ?",
            values,
        )

    def exchange_rates(self, request: Request) -> Response:
        """`GET /v1/exchange-rates`: by day, then currencies."""
        first = request.query_params.get("from", "")
        if first and not re.fullmatch(r"\d{4}-\d{2}-\d{2}", first[:10]):
            raise BadRequest("from must be a date, YYYY-MM-DD")
        return self._pages(
            request,
            "select count(*) from rates where rate_date >= ?",
            "select document from rates where rate_date >= ?"
            " order by rate_date, base, quote limit ? offset ?",
            [first[:10]],
        )

    def events(self, request: Request) -> Response:
        """`GET /v1/events`: by receipt, with an opaque cursor."""
        limit = integer(request, "limit", 100, 1, _MAX_PAGE)
        since = request.query_params.get("since")
        after = _decode(request.query_params.get("cursor"))
        with self.backend.connection() as connection:
            if since is not None:
                after = max(after, _before(connection, _iso(since, "since")))
            found = connection.execute(
                "select seq, document from events where seq > ? order by seq limit ?",
                (after, limit + 1),
            ).fetchall()
        page = found[:limit]
        cursor = _encode(page[-1][0]) if len(found) > limit else None
        documents = ",".join(document for _, document in page)
        return json_response(f'{{"data":[{documents}],"next_cursor":{dumps(cursor)}}}')

    def _pages(
        self, request: Request, count: str, select: str, values: list[str]
    ) -> Response:
        page = integer(request, "page", 1, 1, 10_000_000)
        size = integer(request, "page_size", 100, 1, _MAX_PAGE)
        with self.backend.connection() as connection:
            total = connection.execute(count, values).fetchone()[0]
            found = connection.execute(select, (*values, size, (page - 1) * size))
            documents = ",".join(document for (document,) in found)
        return json_response(
            f'{{"data":[{documents}],"page":{page},"page_size":{size},'
            f'"total_pages":{-(-total // size)}}}'
        )


def _iso(text: str, name: str) -> str:
    """Return a time from a query as the store writes it."""
    try:
        # A plus sign that was not escaped in the query arrives as a space.
        return utc(re.sub(r" (\d\d:?\d\d)$", r"+\1", text))
    except ValueError:
        raise BadRequest(f"{name} must be an ISO 8601 time") from None


def _before(connection: sqlite3.Connection, since: str) -> int:
    """Return the sequence number just before the first event received since."""
    row = connection.execute(
        "select seq from events where received_at >= ?"
        " order by received_at, seq limit 1",
        (since,),
    ).fetchone()
    if row is not None:
        return int(row[0]) - 1
    return int(connection.execute("select max(seq) from events").fetchone()[0] or 0)


def _encode(sequence: int) -> str:
    return base64.urlsafe_b64encode(f"e:{sequence}".encode()).decode()


def _decode(cursor: str | None) -> int:
    if not cursor:
        return 0
    try:
        text = base64.urlsafe_b64decode(cursor.encode()).decode()
        return int(text.removeprefix("e:"))
    except (ValueError, binascii.Error):
        raise BadRequest("cursor is not one of ours") from None
