"""What a server, or something on the way to it, can do wrong."""

from __future__ import annotations

import gzip
import json
from collections.abc import Callable
from dataclasses import dataclass
from email.utils import formatdate
from typing import Any

from tests.python.faults.laboratory import (
    CONTACTS,
    CUSTOMERS,
    EVENTS,
    RATES,
    Subject,
)
from tests.python.faults.pages import Inserted, Repeated, Stuck
from tests.python.faults.proxy import Answer, Disturb, Exchange, head

DAY = 86_400
NOON = 1_735_732_800
FIRST, MIDDLE, LAST, SECOND = "first page", "middle", "last page", "second run"
MOMENTS = (FIRST, MIDDLE, LAST, SECOND)
EVERY_API = (CUSTOMERS, EVENTS, RATES, CONTACTS)
BY_CURSOR = (EVENTS, CONTACTS)
GAVE_UP = "gave up after 6 attempts, last: "


@dataclass(frozen=True)
class HttpFault:
    """One kind of fault.

    Attributes:
        kind: What it is called.
        begin: Returns what disturbs the answers of one case.
        ends: What the run says if it ends by the fault; None where the run ends well
            when the fault happens once, and as `lasting` says when it goes on.
        lasting: What the run says if it goes on; None: it never does.
        always: Whether every answer from the moment on is disturbed.
        pauses: What the run waits for, when the fault happens once.
        is_slow: Whether the client waits for a time-out.
        is_change: Whether the source itself changes, so that older versions of records
            may never be seen.
        dates_alike: Whether records are compared with a source whose times are as
            coarse.
        search_passes: Whether the CRM's list stands in for its search.
    """

    kind: str
    begin: Callable[[], Disturb]
    ends: str | None = None
    lasting: str | None = None
    always: bool = False
    pauses: tuple[float, ...] | None = None
    is_slow: bool = False
    is_change: bool = False
    dates_alike: bool = False
    search_passes: bool = False
    subjects: tuple[Subject, ...] = EVERY_API
    moments: tuple[str, ...] = MOMENTS


def status(code: int, **headers: str) -> Callable[[], Disturb]:
    body = json.dumps({"error": {"code": "planted"}}).encode()
    answer = Answer(code, body).with_headers(**headers)
    return lambda: lambda exchange: exchange.send(answer)


def passing(
    kind: str, begin: Callable[[], Disturb], last: str, **options: Any
) -> HttpFault:
    """Return a fault that another attempt cures, unless it goes on."""
    return HttpFault(kind, begin, lasting=GAVE_UP + last, **options)


# Broken connections and bodies.


def _reset(exchange: Exchange) -> None:
    exchange.reset()


def _refuse(exchange: Exchange) -> None:
    exchange.proxy.refuse()
    exchange.reset()


def _half(exchange: Exchange) -> Answer:
    answer = exchange.ask()
    return Answer(answer.status, answer.body[: len(answer.body) // 2], answer.headers)


def _reset_in_body(exchange: Exchange) -> None:
    half = _half(exchange)
    exchange.send(half, length=2 * len(half.body) + 1)
    exchange.reset()


def _close_in_body(exchange: Exchange) -> None:
    half = _half(exchange)
    exchange.send(half, length=2 * len(half.body) + 1)
    exchange.hang_up()


def _close_in_headers(exchange: Exchange) -> None:
    exchange.write(b"HTTP/1.1 200 OK\r\ncontent-type: applic")
    exchange.hang_up()


def _chunks_without_end(exchange: Exchange) -> None:
    half = _half(exchange)
    exchange.write(head(200, {**half.headers, "transfer-encoding": "chunked"}))
    exchange.write(f"{len(half.body):x}\r\n".encode() + half.body + b"\r\n")
    exchange.hang_up()


def _cut_without_length(exchange: Exchange) -> None:
    half = _half(exchange)
    exchange.write(head(200, {**half.headers, "connection": "close"}))
    exchange.write(half.body)
    exchange.hang_up()


def _truncated(exchange: Exchange) -> None:
    exchange.send(_half(exchange))


def _truncated_gzip(exchange: Exchange) -> None:
    packed = gzip.compress(exchange.ask().body)
    answer = Answer(200, packed[: len(packed) // 2])
    exchange.send(answer.with_headers(content_encoding="gzip"))


def _garbled_gzip(exchange: Exchange) -> None:
    packed = bytearray(gzip.compress(exchange.ask().body))
    packed[10:30] = bytes(20)
    answer = Answer(200, bytes(packed))
    exchange.send(answer.with_headers(content_encoding="gzip"))


def _length_too_short(exchange: Exchange) -> None:
    answer = exchange.ask()
    exchange.send(answer, length=len(answer.body) - 40)


def _stall_in_body(exchange: Exchange) -> None:
    half = _half(exchange)
    exchange.send(half, length=2 * len(half.body) + 1)
    exchange.proxy.released.wait(20)
    exchange.hang_up()


def _no_answer(exchange: Exchange) -> None:
    exchange.proxy.released.wait(20)
    exchange.hang_up()


def _drip(exchange: Exchange) -> None:
    body = exchange.ask().body
    exchange.write(head(200, {"content-length": str(len(body))}))
    for byte in body:
        exchange.write(bytes([byte]))
        if exchange.proxy.released.wait(0.02):
            break
    exchange.hang_up()


def _body(text: bytes, **headers: str) -> Callable[[], Disturb]:
    answer = Answer(200, text).with_headers(**headers)
    return lambda: lambda exchange: exchange.send(answer)


def dated(**headers: int) -> dict[str, str]:
    return {
        name: formatdate(NOON + after, usegmt=True) for name, after in headers.items()
    }


# Pages that say something wrong.


def _records(page: Any) -> list[Any]:
    records = page.get("data", page.get("results")) if isinstance(page, dict) else None
    return records if isinstance(records, list) else []


def _out_of_order(exchange: Exchange) -> None:
    answer = exchange.ask()
    page = answer.json
    _records(page).reverse()
    exchange.send(answer.with_json(page))


def _record_twice(exchange: Exchange) -> None:
    answer = exchange.ask()
    page = answer.json
    records = _records(page)
    records += records[:1] + records[-1:]
    exchange.send(answer.with_json(page))


def dates_alike(exchange: Exchange) -> None:
    """Cut update times to the month, so that many records have the same."""
    answer = exchange.ask()
    page = answer.json
    for record in _records(page):
        within = record.get("properties", record)
        for name in ("updated_at", "received_at", "lastmodifieddate"):
            if within.get(name) and within[name][4:5] == "-":
                within[name] = within[name][:7] + "-01T00:00:00Z"
    exchange.send(answer.with_json(page))


def _clock(days: int | None) -> Callable[[], Disturb]:
    def disturb(exchange: Exchange) -> None:
        answer = exchange.ask()
        headers = {k: v for k, v in answer.headers.items() if k != "date"}
        if days is not None:
            headers["date"] = formatdate(NOON + days * DAY, usegmt=True)
        exchange.send(Answer(answer.status, answer.body, headers))

    return lambda: disturb


def _world_moves_on(exchange: Exchange) -> None:
    exchange.proxy.move_on()
    exchange.send(exchange.ask())


def _search_answers(code: int) -> Callable[[], Disturb]:
    """Refuse all searches, but no list."""
    refuse = status(code)()

    def disturb(exchange: Exchange) -> None:
        if exchange.method == "POST":
            refuse(exchange)
        else:
            exchange.send(exchange.ask())

    return lambda: disturb


ONLY_SEARCH: dict[str, Any] = {"subjects": (CONTACTS,), "moments": (SECOND,)}
BROKE = "the connection broke"
LATE = "the answer took too long"

HTTP_FAULTS = (
    passing("429", status(429), "status 429", pauses=(0.5,)),
    passing(
        "429, Retry-After in seconds",
        status(429, retry_after="7"),
        "status 429",
        pauses=(7.0,),
    ),
    passing(
        "429, Retry-After as a date",
        status(429, **dated(date=0, retry_after=9)),
        "status 429",
        pauses=(9.0,),
    ),
    passing(
        "429, Retry-After in the past",
        status(429, **dated(date=0, retry_after=-60)),
        "status 429",
        pauses=(0.5,),
    ),
    passing(
        "429, Retry-After that is none",
        status(429, retry_after="soon"),
        "status 429",
        pauses=(0.5,),
    ),
    HttpFault(
        "429, Retry-After of a day",
        status(429, retry_after="86400"),
        ends="asks to wait 86400 seconds, longer than a run waits",
        pauses=(),
    ),
    passing("408", status(408), "status 408", pauses=(0.5,)),
    passing("500", status(500), "status 500", pauses=(0.5,)),
    passing("502", status(502), "status 502", pauses=(0.5,)),
    passing(
        "503, Retry-After in seconds",
        status(503, retry_after="3"),
        "status 503",
        pauses=(3.0,),
    ),
    passing("504", status(504), "status 504", pauses=(0.5,)),
    HttpFault("401, static token", status(401), ends="refuses the token"),
    HttpFault("403", status(403), ends="denies access"),
    HttpFault("400", status(400), ends="answers 400", search_passes=True),
    HttpFault("404", status(404), ends="answers 404", search_passes=True),
    HttpFault(
        "redirect",
        status(302, location="http://127.0.0.1:9/login"),
        ends="answers 302, a redirect, which is not followed",
    ),
    passing("connection refused", lambda: _refuse, "cannot connect"),
    passing("reset before the answer", lambda: _reset, BROKE),
    passing("reset in the body", lambda: _reset_in_body, BROKE),
    passing("closed in the body", lambda: _close_in_body, BROKE),
    passing("closed in the headers", lambda: _close_in_headers, BROKE),
    passing("chunks without an end", lambda: _chunks_without_end, BROKE),
    passing(
        "cut short, without a length",
        lambda: _cut_without_length,
        "an answer that is no JSON",
    ),
    passing("truncated JSON", lambda: _truncated, "an answer that is no JSON"),
    passing("truncated gzip", lambda: _truncated_gzip, "an answer that is no JSON"),
    passing("garbled gzip", lambda: _garbled_gzip, "a garbled answer"),
    passing("Content-Length too short", lambda: _length_too_short, ""),
    passing("Content-Length too long", lambda: _stall_in_body, LATE, is_slow=True),
    passing("no answer", lambda: _no_answer, LATE, is_slow=True),
    passing("slow drip", lambda: _drip, LATE, is_slow=True),
    passing("empty body", _body(b""), "an answer that is no JSON"),
    passing(
        "HTML with status 200",
        _body(b"<html>Sign in</html>", content_type="text/html"),
        "an answer that is no JSON",
    ),
    passing("nested without end", _body(b"[" * 200_000), "an answer that is no JSON"),
    HttpFault(
        "error object with status 200",
        _body(b'{"error": "try later"}'),
        ends="the answer has no list",
        search_passes=False,
    ),
    HttpFault(
        "cursor that does not advance",
        Stuck,
        ends="same (next )?page",
        always=True,
    ),
    HttpFault(
        "same page under new names",
        lambda: Stuck(new_names=True),
        ends="the same page again and again",
        always=True,
        subjects=BY_CURSOR,
        moments=(FIRST, MIDDLE, LAST),
    ),
    HttpFault(
        "empty pages without end",
        lambda: Stuck(new_names=True, is_empty=True),
        ends="empty pages in a row",
        always=True,
        moments=(FIRST, MIDDLE, LAST),
    ),
    HttpFault(
        "empty page with a next one",
        lambda: Inserted(is_empty=True),
        always=True,
    ),
    HttpFault(
        "page served twice",
        lambda: Inserted(is_empty=False),
        always=True,
        subjects=(EVENTS, RATES, CONTACTS),
    ),
    HttpFault("page from a cache", Repeated, always=True, subjects=(CUSTOMERS,)),
    HttpFault("record twice in a page", lambda: _record_twice, always=True),
    HttpFault("out of order", lambda: _out_of_order, always=True),
    HttpFault("records move while paging", lambda: _world_moves_on, is_change=True),
    HttpFault(
        "equal update times",
        lambda: dates_alike,
        always=True,
        dates_alike=True,
        subjects=(CUSTOMERS, EVENTS, CONTACTS),
        moments=(FIRST,),
    ),
    HttpFault("clock ahead", _clock(+2_000), always=True),
    HttpFault("clock behind", _clock(-2_000), always=True),
    HttpFault("no clock", _clock(None), always=True),
    HttpFault(
        "search window shrinks", _search_answers(400), always=True, **ONLY_SEARCH
    ),
    HttpFault("search goes away", _search_answers(404), always=True, **ONLY_SEARCH),
)
