"""HTTP: what is tried again, for how long, and what is said in the end."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator

import httpx
import pytest

from ingestion.contract_sources import (
    RateLimit,
)
from ingestion.errors import AccessError, SettingsError, SourceError, UnreachableError
from ingestion.http import Address, HttpSource, NotOfferedError, Patience
from ingestion.tokens import Grant

QUICK = Patience(attempts=3, wait=0.0, longest=0.0, jitter=0.0)
Handler = Callable[[httpx.Request], httpx.Response]


def client(handler: Handler, patience: Patience = QUICK) -> HttpSource:
    address = Address("http://api.test", "API_URL", "a-token", "API_TOKEN")
    transport = httpx.MockTransport(handler)
    return HttpSource("api", address, patience=patience, transport=transport)


def script(*answers: httpx.Response | Exception) -> tuple[Handler, list[httpx.Request]]:
    """Return a server that gives these answers in turn, and what it was asked."""
    asked: list[httpx.Request] = []
    left: Iterator[httpx.Response | Exception] = iter(answers)

    def handle(request: httpx.Request) -> httpx.Response:
        asked.append(request)
        answer = next(left)
        if isinstance(answer, Exception):
            raise answer
        return answer

    return handle, asked


@pytest.fixture
def pauses(monkeypatch: pytest.MonkeyPatch) -> list[float]:
    """Note the pauses instead of making them."""
    made: list[float] = []
    monkeypatch.setattr("stamina._core._smart_sleep", made.append, raising=False)
    monkeypatch.setattr("time.sleep", made.append)
    return made


@pytest.mark.parametrize(
    "failure",
    [
        httpx.Response(429),
        httpx.Response(500),
        httpx.Response(502),
        httpx.Response(503),
        httpx.Response(504),
        httpx.ConnectError("refused"),
        httpx.ReadTimeout("slow"),
        httpx.ReadError("reset"),
        httpx.RemoteProtocolError("closed in the middle"),
        httpx.Response(200, content=b'{"data": [tru'),
    ],
)
def test_what_may_pass_is_tried_again(
    failure: httpx.Response | Exception, pauses: list[float]
) -> None:
    handler, asked = script(failure, httpx.Response(200, json={"ok": 1}))
    assert client(handler).get("t", "/x", {}).body == {"ok": 1}
    assert len(asked) == 2


@pytest.mark.parametrize(
    ("header", "date", "seconds"),
    [
        ("7", None, 7.0),
        ("Wed, 01 Jan 2025 00:00:09 GMT", "Wed, 01 Jan 2025 00:00:00 GMT", 9.0),
        ("300", None, 300.0),
    ],
)
def test_retry_after_is_obeyed(
    header: str, date: str | None, seconds: float, pauses: list[float]
) -> None:
    headers = {"retry-after": header} | ({"date": date} if date else {})
    handler, _ = script(
        httpx.Response(429, headers=headers), httpx.Response(200, json=1)
    )
    client(handler).get("t", "/x", {})
    assert pauses == [seconds]


def test_a_wait_that_is_too_long_ends_the_run(pauses: list[float]) -> None:
    handler, asked = script(httpx.Response(429, headers={"retry-after": "99999"}))
    with pytest.raises(UnreachableError, match="asks to wait 99999 seconds"):
        client(handler).get("t", "/x", {})
    assert (len(asked), pauses) == (1, [])


@pytest.mark.parametrize(
    "header",
    ["0", "Wed, 01 Jan 2025 00:00:00 GMT", "Wed, 21 Oct 99999999999 07:28:00 GMT"],
)
def test_a_wait_that_is_over_or_no_moment_leaves_the_usual_pause(
    header: str, pauses: list[float]
) -> None:
    patience = Patience(wait=1.0, jitter=0.0)
    answer = httpx.Response(429, headers={"retry-after": header})
    handler, _ = script(answer, httpx.Response(200, json=1))
    client(handler, patience).get("t", "/x", {})
    assert pauses == [1.0]


def test_backoff_grows(pauses: list[float]) -> None:
    patience = Patience(attempts=4, wait=1.0, longest=60.0, jitter=0.0)
    handler, _ = script(*[httpx.Response(500)] * 3, httpx.Response(200, json=1))
    client(handler, patience).get("t", "/x", {})
    assert pauses == [1.0, 2.0, 4.0]


def test_giving_up_says_what_happened(pauses: list[float]) -> None:
    handler, asked = script(*[httpx.Response(503)] * 9)
    with pytest.raises(SourceError) as caught:
        client(handler).get("customers", "/x", {})
    assert (
        str(caught.value) == "api.customers: gave up after 3 attempts, last: status 503"
    )
    assert len(asked) == 3


def test_unreachable_names_the_variable(pauses: list[float]) -> None:
    handler, _ = script(*[httpx.ConnectError("no route")] * 9)
    with pytest.raises(UnreachableError, match="cannot connect; check API_URL"):
        client(handler).get("t", "/x", {})


@pytest.mark.parametrize("status", [401, 403])
def test_refused_credentials_are_not_tried_again(status: int) -> None:
    handler, asked = script(httpx.Response(status))
    with pytest.raises(AccessError, match="check API_TOKEN"):
        client(handler).get("t", "/x", {})
    assert len(asked) == 1


GRANT = Grant("http://auth.test/token", "an-id", "a-secret", "a-refresh-token")


class Login:
    """An API whose tokens expire after some requests, and its token endpoint."""

    def __init__(self, lifetime: int, *statuses: int) -> None:
        self.lifetime = lifetime
        self.statuses = list(statuses)
        self.issued = 0
        self.left = 0
        self.forms: list[str] = []

    def __call__(self, request: httpx.Request) -> httpx.Response:
        if request.url.path == "/token":
            self.forms.append(request.content.decode())
            if self.statuses:
                return httpx.Response(self.statuses.pop(0))
            self.issued += 1
            self.left = self.lifetime
            return httpx.Response(200, json={"access_token": f"t{self.issued}"})
        self.left -= 1
        is_good = request.headers["authorization"] == f"Bearer t{self.issued}"
        return httpx.Response(200 if is_good and self.left >= 0 else 401, json={})

    def source(self) -> HttpSource:
        address = Address("http://api.test", "API_URL", None, "API_SECRET", GRANT)
        transport = httpx.MockTransport(self)
        return HttpSource("api", address, patience=QUICK, transport=transport)


def test_expired_token_is_renewed_once_for_each_request(pauses: list[float]) -> None:
    login = Login(3)
    http = login.source()
    for _ in range(7):
        http.get("t", "/x", {})
    assert login.issued == 3
    assert set(login.forms) == {
        "grant_type=refresh_token&refresh_token=a-refresh-token&client_id=an-id"
        "&client_secret=a-secret"
    }


def test_token_that_is_refused_at_once_is_no_matter_of_time() -> None:
    login = Login(0)
    with pytest.raises(AccessError, match="check API_SECRET"):
        login.source().get("t", "/x", {})
    assert login.issued == 1


def test_token_endpoint_that_fails_is_asked_again(pauses: list[float]) -> None:
    login = Login(5, 503, 429)
    login.source().get("t", "/x", {})
    assert (login.issued, len(login.forms)) == (1, 3)


def test_token_endpoint_that_refuses() -> None:
    with pytest.raises(AccessError, match="endpoint answers 400 and gives no token"):
        Login(5, 400).source().get("t", "/x", {})
    assert "secret" not in repr(GRANT)


def test_missing_endpoint() -> None:
    handler, _ = script(httpx.Response(404))
    with pytest.raises(NotOfferedError, match="/x answers 404"):
        client(handler).get("t", "/x", {})


def test_other_refusals_show_the_code_only() -> None:
    error = {"error": {"code": "bad_request", "message": "no person a@b.example"}}
    handler, _ = script(httpx.Response(400, json=error))
    with pytest.raises(SourceError, match=r"answers 400 \(bad_request\)$"):
        client(handler).get("t", "/x", {})


def test_slow_drip_has_a_deadline(
    monkeypatch: pytest.MonkeyPatch, pauses: list[float]
) -> None:
    seconds = iter(range(0, 10_000, 100))
    monkeypatch.setattr("ingestion.http.time.monotonic", lambda: next(seconds))

    def drip() -> Iterator[bytes]:
        while True:
            yield b" "

    handler, _ = script(*(httpx.Response(200, content=drip()) for _ in range(3)))
    with pytest.raises(SourceError, match="took too long"):
        client(handler).get("t", "/x", {})


def test_rate_limit_spaces_requests(
    monkeypatch: pytest.MonkeyPatch, pauses: list[float]
) -> None:
    monkeypatch.setattr("ingestion.http.time.monotonic", lambda: 100.0)
    address = Address("http://api.test", "API_URL")
    transport = httpx.MockTransport(lambda request: httpx.Response(200, json=1))
    limit = RateLimit(requests=2, seconds=10)
    http = HttpSource("api", address, rate_limit=limit, transport=transport)
    for _ in range(3):
        http.get("t", "/x", {})
    assert pauses == [10.0]


@pytest.mark.parametrize("url", ["api.test", "ftp://api.test", "http://", "http:///x"])
def test_url_that_is_none(url: str) -> None:
    with pytest.raises(SettingsError, match="API_URL"):
        HttpSource("api", Address(url, "API_URL"))


def test_numbers_keep_their_digits() -> None:
    handler, _ = script(httpx.Response(200, content=b'{"n": 12345678901234567.123456}'))
    body = client(handler).get("t", "/x", {}).body
    assert json.dumps(str(body["n"])) == '"12345678901234567.123456"'


def test_address_does_not_show_its_token() -> None:
    assert "secret" not in repr(Address("http://x", "URL", "secret", "TOKEN"))
