"""Servers whose pages lead nowhere, or come twice."""

from __future__ import annotations

from typing import Any
from urllib.parse import parse_qsl, urlencode, urlsplit

from tests.python.faults.proxy import Answer, Exchange


class Stuck:
    """Gives the same page for ever, under the same name or under ever new ones."""

    def __init__(self, *, new_names: bool = False, is_empty: bool = False) -> None:
        self._page: dict[str, Any] | None = None
        self._new_names = new_names
        self._is_empty = is_empty
        self._count = 0

    def __call__(self, exchange: Exchange) -> None:
        if self._page is None:
            self._page = exchange.ask().json
        self._count += 1
        name = str(1_000_000 + (self._count if self._new_names else 0))
        page = dict(self._page)
        if self._is_empty:
            page["data" if "data" in page else "results"] = []
        if "results" in page:
            page["paging"] = {"next": {"after": name}}
        elif "next_cursor" in page:
            page["next_cursor"] = name
        else:
            page["total_pages"] = 1_000_000
        exchange.send(Answer(200, b"").with_json(page))


class Inserted:
    """Puts a page before the one that is asked for: an empty one, or itself."""

    def __init__(self, *, is_empty: bool) -> None:
        self._is_empty = is_empty
        self._key: str | None = None

    def __call__(self, exchange: Exchange) -> None:
        address = urlsplit(exchange.path)
        query = dict(parse_qsl(address.query))
        number = query.pop("page", None)
        if number is None:
            self._named(exchange)
            return
        key = f"{address.path}?{urlencode(query)}"
        is_first = self._key is None
        self._key = self._key or key
        if key != self._key:
            exchange.send(exchange.ask())
            return
        wanted = int(number) - (not is_first)
        answer = exchange.ask(f"{key}&page={wanted}")
        page = answer.json
        page["total_pages"] += 1
        if is_first and self._is_empty:
            page["data"] = []
        exchange.send(answer.with_json(page))

    def _named(self, exchange: Exchange) -> None:
        """Name the page that was asked for as the next one."""
        if self._key is not None or exchange.method == "POST":
            exchange.send(exchange.ask(self._key if "again" in exchange.path else None))
            return
        self._key = exchange.path
        answer = exchange.ask()
        page = answer.json
        if "results" in page:
            page["paging"] = {"next": {"after": "again"}}
        else:
            page["next_cursor"] = "again"
        if self._is_empty:
            page["data" if "data" in page else "results"] = []
        exchange.send(answer.with_json(page))


class Repeated:
    """Gives the answer before once more, as a cache does."""

    def __init__(self) -> None:
        self._before: Answer | None = None
        self._is_done = False

    def __call__(self, exchange: Exchange) -> None:
        if self._before is not None and not self._is_done:
            self._is_done = True
            exchange.send(self._before)
            return
        self._before = exchange.ask()
        exchange.send(self._before)
