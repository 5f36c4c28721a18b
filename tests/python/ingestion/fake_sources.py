"""Small in-memory sources that behave, or misbehave, as a test says."""

from __future__ import annotations

import json
import sqlite3
import threading
import time
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import uvicorn
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

TOKEN = "s3cret-token-of-the-test"
CLOCK = "Mon, 06 Jan 2025 00:00:00 GMT"


def customer(number: int, updated_at: str | None, **fields: Any) -> dict[str, Any]:
    return {
        "customer_id": number,
        "full_name": f"Person {number}",
        "email": f"person{number}@example.com",
        "registration_date": "2024-01-01",
        "updated_at": updated_at,
        **fields,
    }


def event(number: int, received_at: str | None, **fields: Any) -> dict[str, Any]:
    return {
        "event_id": f"e{number}",
        "event_type": "page_view",
        "occurred_at": received_at or "2025-01-01T00:00:00Z",
        "received_at": received_at,
        **fields,
    }


def moment(seconds: int) -> str:
    """Return a time `seconds` after the beginning of the test world."""
    return time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime(1_735_689_600 + seconds))


class FakeSources:
    """The commerce API and the CRM, with a list of records for each endpoint."""

    def __init__(self) -> None:
        self.customers: list[dict[str, Any]] = []
        self.events: list[dict[str, Any]] = []
        self.rates: list[dict[str, Any]] = []
        self.objects: dict[str, list[dict[str, Any]]] = {}
        self.links: dict[str, str] = {}
        self.offers_search = True
        self.offers_associations = True
        self.search_window = 10_000
        self.largest_page = 1_000
        self.requests: list[str] = []
        self.counts: Counter[str] = Counter()
        # Called before each answer; what it returns is the answer.
        self.before: Callable[[str, int], Response | None] = lambda path, count: None
        self.url = ""

    def app(self) -> Starlette:
        return Starlette(
            routes=[
                Route("/v1/customers", self._guard("_customers")),
                Route("/v1/events", self._guard("_events")),
                Route("/v1/exchange-rates", self._guard("_rates")),
                Route("/crm/v3/objects/{kind}", self._guard("_list")),
                Route(
                    "/crm/v3/objects/{kind}/search",
                    self._guard("_search"),
                    methods=["POST"],
                ),
                Route(
                    "/crm/v4/associations/{kind}/contacts/batch/read",
                    self._guard("_associations"),
                    methods=["POST"],
                ),
            ]
        )

    def _guard(self, endpoint: str) -> Any:
        async def handle(request: Request) -> Response:
            path = request.url.path
            self.counts[path] += 1
            self.requests.append(str(request.url))
            body = await request.body()
            if request.headers.get("authorization") != f"Bearer {TOKEN}":
                return JSONResponse({"error": {"code": "unauthorized"}}, 401)
            answer = self.before(path, self.counts[path])
            if answer is None:
                method = getattr(self, endpoint)
                answer = method(request, json.loads(body) if body else None)
            answer.headers["date"] = CLOCK
            return answer

        return handle

    def _customers(self, request: Request, body: Any) -> Response:
        since = request.query_params.get("updated_since")
        found = [
            one
            for one in self.customers
            if since is None or (one["updated_at"] or "") >= since
        ]
        found.sort(key=lambda one: (one["updated_at"] or "", str(one["customer_id"])))
        return self._page(request, found)

    def _rates(self, request: Request, body: Any) -> Response:
        first = request.query_params.get("from", "")
        found = [one for one in self.rates if one["rate_date"] >= first]
        return self._page(request, sorted(found, key=lambda one: one["rate_date"]))

    def _page(self, request: Request, found: list[Any]) -> Response:
        page = int(request.query_params.get("page", 1))
        size = min(int(request.query_params["page_size"]), self.largest_page)
        return JSONResponse(
            {
                "data": found[(page - 1) * size : page * size],
                "page": page,
                "page_size": size,
                "total_pages": -(-len(found) // size),
            }
        )

    def _events(self, request: Request, body: Any) -> Response:
        since = request.query_params.get("since", "")
        first = int(request.query_params.get("cursor", 0))
        size = min(int(request.query_params["limit"]), self.largest_page)
        found = [one for one in self.events if (one["received_at"] or "") >= since]
        last = first + size
        more = str(last) if last < len(found) else None
        return JSONResponse({"data": found[first:last], "next_cursor": more})

    def _list(self, request: Request, body: Any) -> Response:
        query = request.query_params
        archived = query["archived"] == "true"
        first = int(query.get("after", 0))
        found = [
            one
            for one in self.objects.get(request.path_params["kind"], [])
            if one.get("archived", False) is archived
        ]
        last = first + min(int(query["limit"]), self.largest_page)
        results = [dict(one) for one in found[first:last]]
        if "associations" in query:
            for one in results:
                if one["id"] in self.links:
                    link = {"id": self.links[one["id"]], "type": "ticket_to_contact"}
                    one["associations"] = {"contacts": {"results": [link]}}
        answer: dict[str, Any] = {"results": results}
        if last < len(found):
            answer["paging"] = {"next": {"after": str(last)}}
        return JSONResponse(answer)

    def _search(self, request: Request, body: Any) -> Response:
        if not self.offers_search:
            return JSONResponse({"message": "not found"}, 404)
        [group] = body["filterGroups"]
        [condition] = group["filters"]
        name = condition["propertyName"]
        first = int(body.get("after", 0))
        last = first + body["limit"]
        if last > self.search_window or body["limit"] > 100:
            return JSONResponse({"category": "VALIDATION_ERROR"}, 400)
        found = [
            one
            for one in self.objects.get(request.path_params["kind"], [])
            if not one.get("archived")
            and _milliseconds(one["properties"][name]) >= int(condition["value"])
        ]
        found.sort(key=lambda one: one["properties"][name])
        last = first + min(body["limit"], self.largest_page)
        answer: dict[str, Any] = {"total": len(found), "results": found[first:last]}
        if last < len(found):
            answer["paging"] = {"next": {"after": str(last)}}
        return JSONResponse(answer)

    def _associations(self, request: Request, body: Any) -> Response:
        if not self.offers_associations:
            return JSONResponse({"message": "not found"}, 404)
        results = [
            {"from": {"id": one["id"]}, "to": [{"toObjectId": self.links[one["id"]]}]}
            for one in body["inputs"]
            if one["id"] in self.links
        ]
        return JSONResponse({"status": "COMPLETE", "results": results})


def _milliseconds(text: str) -> int:
    parsed = time.strptime(text, "%Y-%m-%dT%H:%M:%SZ")
    return (int(time.mktime(parsed)) - time.timezone) * 1000


@contextmanager
def serving(sources: FakeSources) -> Iterator[FakeSources]:
    """Serve over real HTTP on a free port."""
    config = uvicorn.Config(
        sources.app(), port=0, log_level="critical", ws="none", date_header=False
    )
    server = uvicorn.Server(config)
    thread = threading.Thread(target=server.run, daemon=True)
    thread.start()
    while not server.started:
        time.sleep(0.005)
    port = server.servers[0].sockets[0].getsockname()[1]
    sources.url = f"http://127.0.0.1:{port}"
    try:
        yield sources
    finally:
        server.should_exit = True
        thread.join(timeout=10)


class ShopDatabase:
    """The shop in SQLite."""

    def __init__(self, path: Path) -> None:
        self.url = f"sqlite:///{path}"
        self._path = path
        self.execute(
            "create table customers (customer_id integer, first_name text,"
            " email text, updated_at text)",
            "create table products (product_id integer, name text, unit_cost real,"
            " updated_at text)",
            "create table orders (order_id integer, customer_id integer,"
            " ordered_at text, status text, currency text, total_amount real,"
            " updated_at text)",
            "create table order_lines (order_line_id integer, order_id integer,"
            " quantity real, unit_price real, updated_at text)",
            "create table refunds (refund_id integer, order_id integer,"
            " refunded_at text, amount real, currency text, updated_at text)",
        )

    def execute(self, *statements: str) -> None:
        connection = sqlite3.connect(self._path)
        with connection:
            for statement in statements:
                connection.execute(statement)
        connection.close()

    def insert(self, table: str, *rows: tuple[Any, ...]) -> None:
        connection = sqlite3.connect(self._path)
        marks = ",".join("?" * len(rows[0]))
        with connection:
            connection.executemany(f"insert into {table} values ({marks})", rows)
        connection.close()
