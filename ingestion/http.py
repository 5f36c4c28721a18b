"""HTTP with patience: retries, rate limit, deadline, and errors that say what to do."""

from __future__ import annotations

import datetime as dt
import json
import re
import time
from collections import deque
from collections.abc import Mapping
from dataclasses import dataclass, field
from email.utils import parsedate_to_datetime
from typing import Any

import httpx
import stamina

from ingestion import cursors
from ingestion.contract_sources import (
    RateLimit,
)
from ingestion.errors import (
    AccessError,
    SettingsError,
    SourceError,
    UnreachableError,
)
from ingestion.json_text import parse_json
from ingestion.tokens import Grant, RenewedToken, TokenError

Params = Mapping[str, str | int | float | bool]
_RETRIED = frozenset({408, 425, 429, 500, 502, 503, 504})


@dataclass(frozen=True)
class Patience:
    """How long to try. Backoff doubles from `wait` to `longest`, with jitter."""

    attempts: int = 6
    wait: float = 0.5
    longest: float = 30.0
    jitter: float = 0.5
    longest_retry_after: float = 300.0
    timeout: float = 30.0
    deadline: float = 300.0


@dataclass(frozen=True)
class Address:
    """Where a source is, and the variables that say so."""

    base_url: str = field(repr=False)
    url_variable: str
    token: str | None = field(default=None, repr=False)
    token_variable: str | None = None
    grant: Grant | None = None


@dataclass(frozen=True)
class Answer:
    """One JSON answer, and the server's clock when it gave it."""

    body: Any
    clock: int


class NotOfferedError(SourceError):
    """The server has no such endpoint: another way may exist."""


class BadRequestError(SourceError):
    """The server does not understand the request (400)."""


class _RetryError(Exception):
    """Something that may pass."""

    def __init__(
        self, what: str, after: float | None = None, *, answered: bool
    ) -> None:
        super().__init__(what)
        self.after = after
        self.answered = answered


@dataclass
class _Limiter:
    """At most so many requests in any so many seconds."""

    limit: RateLimit | None
    _sent: deque[float] = field(default_factory=deque)

    def wait(self) -> None:
        if self.limit is None:
            return
        if len(self._sent) >= self.limit.requests:
            pause = self._sent.popleft() + self.limit.seconds - time.monotonic()
            time.sleep(max(0.0, pause))
        self._sent.append(time.monotonic())


class HttpSource:
    """The HTTP side of one source."""

    def __init__(
        self,
        name: str,
        address: Address,
        *,
        rate_limit: RateLimit | None = None,
        patience: Patience | None = None,
        transport: httpx.BaseTransport | None = None,
    ) -> None:
        """Prepare the client; nothing is sent yet.

        Raises:
            SettingsError: The base URL is none, or the token cannot be sent.
        """
        self._name = name
        self._url_variable = url_variable = address.url_variable
        self._token_variable = address.token_variable
        self._patience = patience or Patience()
        self._limiter = _Limiter(rate_limit)
        if not re.match(r"https?://[^/]", address.base_url):
            raise SettingsError(
                f"{name}: {url_variable} must begin with http(s)://host"
            )
        headers = {"accept": "application/json"}
        if address.token is not None:
            if not address.token.isascii() or not address.token.isprintable():
                raise SettingsError(f"{name}: {address.token_variable} is no token")
            headers["authorization"] = f"Bearer {address.token}"
        try:
            self._client = httpx.Client(
                base_url=address.base_url,
                headers=headers,
                auth=RenewedToken(address.grant) if address.grant else None,
                timeout=self._patience.timeout,
                transport=transport,
            )
        except (httpx.InvalidURL, ValueError):
            raise SettingsError(f"{name}: {url_variable} is no valid URL") from None

    def close(self) -> None:
        """Close the connections."""
        self._client.close()

    def get(self, table: str, path: str, params: Params) -> Answer:
        """Ask for a page."""
        return self._request(table, "GET", path, params=dict(params))

    def post(self, table: str, path: str, body: Any) -> Answer:
        """Ask with a JSON body."""
        return self._request(table, "POST", path, json=body)

    def _request(self, table: str, method: str, path: str, **parts: Any) -> Answer:
        patience = self._patience
        where = f"{self._name}.{table}"
        attempt = 0
        try:
            for context in stamina.retry_context(
                on=_backoff,
                attempts=patience.attempts,
                timeout=None,
                wait_initial=patience.wait,
                wait_max=patience.longest,
                wait_jitter=patience.jitter,
            ):
                with context:
                    attempt = context.num
                    return self._once(where, method, path, parts)
        except _RetryError as error:
            kind = SourceError if error.answered else UnreachableError
            advice = "" if error.answered else f"; check {self._url_variable}"
            raise kind(
                f"{where}: gave up after {attempt} attempts, last: {error}{advice}"
            ) from None
        raise AssertionError("a retry either returns or raises")

    def _once(
        self, where: str, method: str, path: str, parts: dict[str, Any]
    ) -> Answer:
        self._limiter.wait()
        deadline = time.monotonic() + self._patience.deadline
        try:
            with self._client.stream(method, path, **parts) as response:
                chunks = []
                for chunk in response.iter_bytes():
                    chunks.append(chunk)
                    if time.monotonic() > deadline:
                        raise _RetryError("the answer took too long", answered=True)
        except httpx.InvalidURL:
            raise SettingsError(
                f"{self._name}: {self._url_variable} is no valid URL"
            ) from None
        except httpx.UnsupportedProtocol:
            raise SettingsError(
                f"{self._name}: {self._url_variable} must begin with http(s)://host"
            ) from None
        except httpx.TransportError as error:
            raise _RetryError(
                _TRANSPORT.get(type(error), type(error).__name__), answered=False
            ) from None
        except TokenError as error:
            if error.status in _RETRIED:
                raise _RetryError(str(error), answered=True) from None
            raise AccessError(
                f"{where}: {error} and gives no token: check {self._token_variable}"
            ) from None
        except httpx.DecodingError:
            raise _RetryError("a garbled answer", answered=True) from None
        self._check_status(where, response, b"".join(chunks))
        return Answer(_parse(b"".join(chunks)), _clock(response))

    def _check_status(self, where: str, response: httpx.Response, body: bytes) -> None:
        status = response.status_code
        if status in (401, 403):
            variable = self._token_variable or self._url_variable
            verb = "refuses the token" if status == 401 else "denies access"
            raise AccessError(
                f"{where}: the server {verb} ({status}): check {variable}"
            )
        if status in _RETRIED:
            after = self._retry_after(response)
            if after is not None and after > self._patience.longest_retry_after:
                raise UnreachableError(
                    f"{where}: the server answers {status} and asks to wait"
                    f" {after:.0f} seconds, longer than a run waits: run it again then"
                )
            raise _RetryError(f"status {status}", after, answered=True)
        if response.is_redirect:
            raise SourceError(
                f"{where}: {response.request.url.path} answers {status}, a redirect,"
                f" which is not followed: check {self._url_variable}"
            )
        if status in (404, 405, 501):
            raise NotOfferedError(
                f"{where}: {response.request.url.path} answers {status}: check"
                f" {self._url_variable} and the path in the contract"
            )
        if not response.is_success:
            kind = BadRequestError if status == 400 else SourceError
            raise kind(
                f"{where}: {response.request.url.path} answers {status}{_reason(body)}"
            )

    @staticmethod
    def _retry_after(response: httpx.Response) -> float | None:
        """Return the seconds that the server wants us to wait.

        None where it does not say, or names a moment that is over: six attempts at
        once would help nobody.
        """
        value = response.headers.get("retry-after", "").strip()
        seconds: float | None = None
        if re.fullmatch(r"\d+(\.\d+)?", value, re.ASCII):
            seconds = float(value)
        elif value:
            try:
                moment = parsedate_to_datetime(value)
            except (ValueError, OverflowError):
                return None
            now = cursors.from_microseconds(_clock(response))
            if moment.tzinfo is None:
                moment = moment.replace(tzinfo=dt.UTC)
            seconds = (moment - now).total_seconds()
        return seconds if seconds is not None and seconds > 0 else None


def _backoff(error: Exception) -> bool | float:
    if not isinstance(error, _RetryError):
        return False
    return True if error.after is None else error.after


def _parse(body: bytes) -> Any:
    try:
        return parse_json(body.decode("utf-8", "replace"))
    except ValueError:
        raise _RetryError("an answer that is no JSON", answered=True) from None


def _clock(response: httpx.Response) -> int:
    """Return the server's clock, or ours where it does not tell."""
    try:
        moment = parsedate_to_datetime(response.headers["date"])
        return cursors.to_microseconds(moment.astimezone(dt.UTC))
    except (KeyError, ValueError, OverflowError):
        return cursors.now()


def _reason(body: bytes) -> str:
    """Return the server's error code, which carries no personal data."""
    try:
        error = json.loads(body)
        code = error.get("error", error).get("code") or error.get("category")
    except (ValueError, AttributeError, RecursionError):
        return ""
    is_code = isinstance(code, str) and re.fullmatch(r"[\w. -]{1,60}", code, re.ASCII)
    return f" ({code})" if is_code else ""


_TRANSPORT: dict[type[Exception], str] = {
    httpx.ConnectError: "cannot connect",
    httpx.ConnectTimeout: "connecting took too long",
    httpx.ReadTimeout: "the answer took too long",
    httpx.ReadError: "the connection broke",
    httpx.RemoteProtocolError: "the connection broke",
    httpx.WriteError: "the connection broke",
}
