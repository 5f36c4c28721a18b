"""The commerce API's interface."""

import datetime as dt
from email.utils import parsedate_to_datetime
from typing import Any

import httpx
import pytest

from demo.serving import serving, serving_customers
from demo.world import World

FIELDS = {
    "/v1/customers": {
        "customer_id",
        "full_name",
        "email",
        "phone",
        "country",
        "city",
        "birth_date",
        "gender",
        "registration_date",
        "acquisition_channel",
        "updated_at",
        "deleted_at",
    },
    "/v1/exchange-rates": {"rate_date", "base_currency", "quote_currency", "rate"},
}
EVENT_FIELDS = {
    "event_id",
    "customer_id",
    "anonymous_id",
    "session_id",
    "event_type",
    "channel",
    "occurred_at",
    "received_at",
    "properties",
}


@pytest.mark.parametrize("path", FIELDS)
def test_pages_are_complete_and_have_the_fields(client: Any, path: str) -> None:
    whole = client.pages(path, page_size=1000)
    assert client.pages(path, page_size=37) == whole
    assert set().union(*whole) == FIELDS[path]
    body = client.commerce(path, page=2, page_size=37).json()
    assert body["page"] == 2
    assert body["page_size"] == 37
    assert body["total_pages"] == -(-len(whole) // 37)
    assert client.commerce(path, page=body["total_pages"] + 1).json()["data"] == []


def test_customers_come_by_update_time_then_id(client: Any) -> None:
    rows = client.pages("/v1/customers", page_size=1000)
    keys = [(row["updated_at"], row["customer_id"] or 0) for row in rows]
    known = [key for key in keys if key[1]]
    assert known == sorted(known)


def test_updated_since_is_inclusive(client: Any) -> None:
    rows = client.pages("/v1/customers", page_size=1000)
    since = rows[len(rows) // 2]["updated_at"]
    expected = [row for row in rows if row["updated_at"] >= since]
    assert client.pages("/v1/customers", updated_since=since) == expected
    shifted = dt.datetime.fromisoformat(since).astimezone(
        dt.timezone(dt.timedelta(hours=3))
    )
    same = client.pages("/v1/customers", updated_since=shifted.isoformat())
    assert same == expected


def test_events_come_by_receipt_to_the_last(client: Any) -> None:
    whole = client.events(limit=1000)
    assert set().union(*whole) == EVENT_FIELDS
    assert client.events(limit=333) == whole
    received = [row["received_at"] for row in whole]
    assert received == sorted(received)
    since = received[len(received) // 2]
    expected = [row for row in whole if row["received_at"] >= since]
    assert client.events(limit=1000, since=since) == expected
    assert client.events(limit=1000, since="2031-01-01T00:00:00Z") == []


def test_nobody_is_known_before_login(client: Any) -> None:
    sessions: dict[str, list[Any]] = {}
    for event in client.events(limit=1000):
        sessions.setdefault(event["session_id"], []).append(event)
    before_login = 0
    for session, events in sessions.items():
        known = [event["customer_id"] is not None for event in events]
        logins = [event["event_type"] == "login" for event in events]
        if (
            session is None
            or True not in logins
            or len(events) != len(set(event["event_id"] for event in events))
        ):
            continue
        first = logins.index(True)
        before_login += first
        assert not any(known[:first])
    assert before_login > 50


def test_a_repeated_event_keeps_its_id(client: Any) -> None:
    events = client.events(limit=1000)
    ids = [event["event_id"] for event in events if event["event_id"]]
    assert 0 < len(ids) - len(set(ids)) < 0.01 * len(ids)


def test_rates_start_where_asked(client: Any) -> None:
    rows = client.pages("/v1/exchange-rates", **{"from": "2025-06-20"})
    assert rows[0]["rate_date"] == "2025-06-20"
    assert isinstance(rows[0]["rate"], float)


@pytest.mark.parametrize(
    ("path", "parameters"),
    [
        ("/v1/customers", {"page": "x"}),
        ("/v1/customers", {"page": 0}),
        ("/v1/customers", {"page_size": 5000}),
        ("/v1/customers", {"updated_since": "yesterday"}),
        ("/v1/events", {"cursor": "&&&"}),
        ("/v1/exchange-rates", {"from": "soon"}),
    ],
)
def test_what_is_not_understood_is_a_400(
    client: Any, path: str, parameters: dict[str, Any]
) -> None:
    response = client.commerce(path, **parameters)
    assert response.status_code == 400
    assert set(response.json()["error"]) == {"code", "message"}


@pytest.mark.parametrize("token", ["", "Bearer wrong", "Basic abc"])
def test_a_wrong_token_is_a_401(client: Any, token: str) -> None:
    response = client.http.get("/v1/customers", headers={"Authorization": token})
    assert response.status_code == 401
    assert response.json()["error"]["code"] == "unauthorized"
    crm = client.http.get("/crm/v3/objects/contacts", headers={"Authorization": token})
    assert crm.status_code == 401
    assert crm.json()["category"] == "INVALID_AUTHENTICATION"


def test_one_token_does_not_open_the_other_api(client: Any) -> None:
    wrong = {"Authorization": f"Bearer {client.world.commerce_token}"}
    assert client.http.get("/crm/v3/objects/contacts", headers=wrong).status_code == 401


def test_the_clock_is_the_worlds(client: Any) -> None:
    date = client.commerce("/v1/customers").headers["Date"]
    assert parsedate_to_datetime(date).timestamp() == client.world.now
    latest = client.pages("/v1/customers", page_size=1000)[-1]["updated_at"]
    assert dt.datetime.fromisoformat(latest) <= parsedate_to_datetime(date)


def test_too_many_requests_get_a_429(small_world: World) -> None:
    with serving(small_world, throttle_every=3) as server:
        headers = {"Authorization": f"Bearer {small_world.commerce_token}"}
        with httpx.Client(base_url=server.url, headers=headers) as http:
            answers = [http.get("/v1/customers") for _ in range(7)]
    assert [a.status_code for a in answers] == [200, 200, 429, 200, 200, 429, 200]
    waits = [a.headers["Retry-After"] for a in answers if a.status_code == 429]
    assert sorted(waits) == ["0", "1"]


def test_given_customers_are_served_as_they_are() -> None:
    given = [
        {"customer_id": 2, "full_name": "Unchanged", "registration_date": "2025-10-16"},
        {"customer_id": "1", "updated_at": "2025-10-20T10:00:00+03:00", "new": [1]},
        {"customer_id": None},
    ]
    with serving_customers(given) as variables:
        assert set(variables) == {"COMMERCE_API_URL", "COMMERCE_API_TOKEN"}
        token = variables["COMMERCE_API_TOKEN"]
        url = f"{variables['COMMERCE_API_URL']}/v1/customers"
        headers = {"Authorization": f"Bearer {token}"}
        whole = httpx.get(url, headers=headers)
        newer = httpx.get(f"{url}?updated_since=2025-10-20T07:00:00Z", headers=headers)
        older = httpx.get(f"{url}?updated_since=2025-10-20T07:00:01Z", headers=headers)
    assert whole.json()["data"] == [given[0], given[2], given[1]]
    assert newer.json()["data"] == [given[0], given[2], given[1]]
    assert older.json()["data"] == [given[0], given[2]]
    assert whole.headers["Date"] == "Tue, 21 Oct 2025 23:59:59 GMT"
