"""What both servers share: the world's clock, tokens, throttling, plain JSON."""

from __future__ import annotations

import hmac
import json
import sqlite3
import threading
from collections.abc import Awaitable, Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from email.utils import formatdate
from pathlib import Path
from typing import Any

from starlette.requests import Request
from starlette.responses import Response

from demo import store

Endpoint = Callable[[Request], Response]
Handler = Callable[[Request], Awaitable[Response]]


class BadRequest(Exception):  # noqa: N818 (named after the status that it becomes)
    """A request that cannot be answered; the message says why."""

    def __init__(self, message: str, status: int = 400) -> None:
        """Keep message and HTTP status."""
        super().__init__(message)
        self.status = status


class Backend:
    """The store behind the servers, and the counter that throttles clients.

    Attributes:
        folder: World folder.
        throttle_every: One request in so many is answered 429; 0 for none.
    """

    def __init__(self, folder: Path, throttle_every: int) -> None:
        """Start counting at zero."""
        self.folder = folder
        self.throttle_every = throttle_every
        self._count = 0
        self._lock = threading.Lock()

    @contextmanager
    def connection(self) -> Iterator[sqlite3.Connection]:
        """Yield the store as it is now."""
        connection = store.open_for_reading(self.folder)
        try:
            yield connection
        finally:
            connection.close()

    def now(self) -> int:
        """Return the world's clock in epoch seconds."""
        with self.connection() as connection:
            return int(store.get_state(connection, "now"))

    def retry_after(self) -> int | None:
        """Count a request; return the seconds to wait if this one is refused."""
        if not self.throttle_every:
            return None
        with self._lock:
            self._count += 1
            turn, rest = divmod(self._count, self.throttle_every)
        return turn % 2 if rest == 0 else None


def json_response(text: str, status: int = 200) -> Response:
    """Return a response with a text that is JSON already."""
    return Response(text, status_code=status, media_type="application/json")


def dumps(value: Any) -> str:
    """Return compact JSON."""
    return json.dumps(value, ensure_ascii=False, separators=(",", ":"))


def has_token(request: Request, token: str) -> bool:
    """Tell whether the request carries the bearer token."""
    given = request.headers.get("authorization", "")
    return hmac.compare_digest(given.encode(), f"Bearer {token}".encode())


def http_date(seconds: int) -> str:
    """Return a time as an HTTP date."""
    return formatdate(seconds, usegmt=True)


def utc(text: str) -> str:
    """Return an ISO 8601 time as the store writes it; without an offset it is UTC.

    Fractions of a second are cut off: the store has none, and a bound cut down never
    leaves a record out.

    Raises:
        ValueError: If it is no time.
    """
    when = datetime.fromisoformat(text)
    when = when.replace(tzinfo=UTC) if when.tzinfo is None else when.astimezone(UTC)
    return when.strftime("%Y-%m-%dT%H:%M:%SZ")


def integer(request: Request, name: str, default: int, low: int, high: int) -> int:
    """Return a query parameter that is a whole number.

    Raises:
        BadRequest: If it is none, or out of bounds.
    """
    text = request.query_params.get(name)
    if text is None:
        return default
    try:
        value = int(text)
    except ValueError:
        raise BadRequest(f"{name} must be a whole number") from None
    if not low <= value <= high:
        raise BadRequest(f"{name} must be between {low} and {high}")
    return value
