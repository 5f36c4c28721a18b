"""REST: paging that neither skips nor loops."""

from __future__ import annotations

from typing import Any

import pytest
from starlette.responses import JSONResponse, Response

from tests.python.ingestion.fake_sources import FakeSources, customer, event, moment
from tests.python.ingestion.ingestion_project import Project

CUSTOMERS = "commerce/customers"


def ids(project: Project) -> set[str]:
    return set(project.values(CUSTOMERS, "customer_id"))


@pytest.fixture
def paged(commerce: FakeSources) -> FakeSources:
    """Twenty customers on pages of five, updated a minute apart."""
    commerce.largest_page = 5
    commerce.customers = [customer(n, moment(60 * n)) for n in range(20)]
    return commerce


def test_pages_are_asked_for_by_cursor(project: Project, paged: FakeSources) -> None:
    project.run()
    assert ids(project) == {str(n) for n in range(20)}
    asked = [request for request in paged.requests if "/customers" in request]
    assert all("page=1&" in request or request.endswith("page=1") for request in asked)


@pytest.mark.parametrize("marked", [True, False])
def test_record_moving_between_pages(
    project: Project, paged: FakeSources, marked: bool
) -> None:
    """The second answer finds the first record updated, so all others move up.

    With update times, pages are asked for by cursor; without, they are read again.
    """
    if not marked:
        paged.customers = [customer(n, None) for n in range(20)]
        paged._customers = _unsorted(paged)  # type: ignore[method-assign]

    def move(path: str, count: int) -> None:
        if path == "/v1/customers" and count == 2:
            paged.customers.pop(0)
            when = moment(9_999) if marked else None
            paged.customers.append(customer(0, when, city="moved"))

    paged.before = move  # type: ignore[assignment]
    project.run("--source", "commerce", "--table", "customers")
    assert ids(project) == {str(n) for n in range(20)}
    assert "moved" in project.values(CUSTOMERS, "city")


def _unsorted(sources: FakeSources) -> Any:
    return lambda request, body: sources._page(request, list(sources.customers))


def test_equal_cursors_over_page_boundaries(
    project: Project, commerce: FakeSources
) -> None:
    commerce.largest_page = 5
    times = [0] * 3 + [60] * 17 + [120] * 4
    commerce.customers = [customer(n, moment(t)) for n, t in enumerate(times)]
    project.run()
    assert len(project.rows(CUSTOMERS)) == 24


def test_start_that_excludes_its_own_value(
    project: Project, commerce: FakeSources, monkeypatch: pytest.MonkeyPatch
) -> None:
    commerce.largest_page = 5
    times = [0, 60, 60, 120, 120, 120, 120, 180, 180, 240]
    commerce.customers = [customer(n, moment(t)) for n, t in enumerate(times)]

    def exclusive(request: Any, body: Any) -> Response:
        since = request.query_params.get("updated_since", "")
        found = [one for one in commerce.customers if one["updated_at"] > since]
        return commerce._page(request, found)

    monkeypatch.setattr(commerce, "_customers", exclusive)
    commerce.before = lambda path, count: None
    project.run()
    assert len(project.rows(CUSTOMERS)) == 10


@pytest.mark.parametrize("order", ["descending", "shuffled"])
def test_source_that_does_not_sort(
    project: Project, paged: FakeSources, order: str
) -> None:
    """The contract says that it sorts; it does not: page numbers find all."""
    numbers = {
        "descending": range(19, -1, -1),
        "shuffled": [7 * n % 20 for n in range(20)],
    }
    paged.customers = [customer(n, moment(60 * n)) for n in numbers[order]]
    paged._customers = _unsorted(paged)  # type: ignore[method-assign]
    project.run()
    assert ids(project) == {str(n) for n in range(20)}


def test_source_that_ignores_the_filter(project: Project, paged: FakeSources) -> None:
    paged.customers = [customer(n, moment(7200 * n)) for n in range(20)]
    paged._customers = _unsorted(paged)  # type: ignore[method-assign]
    project.run()
    project.run()
    assert len(project.rows(CUSTOMERS)) == 20


def test_broken_update_time_does_not_stop_the_order(
    project: Project, paged: FakeSources
) -> None:
    paged.customers.append(customer(99, "2025-01-01T00:05:30+garbage"))
    project.run()
    assert ids(project) == {str(n) for n in range(20)}
    asked = [request for request in paged.requests if "/customers" in request]
    assert not any("page=2" in request for request in asked)


def test_page_served_twice(project: Project, commerce: FakeSources) -> None:
    commerce.largest_page = 5
    commerce.events = [event(n, moment(n)) for n in range(12)]
    page = {"data": commerce.events[:5], "next_cursor": "5"}

    def twice(path: str, count: int) -> Response | None:
        if path != "/v1/events":
            return None
        body = {1: page, 2: {**page, "next_cursor": "again"}}.get(count)
        if count == 3:
            body = {"data": commerce.events[5:], "next_cursor": None}
        return None if body is None else JSONResponse(body)

    commerce.before = twice
    project.run()
    assert len(project.rows("commerce/events")) == 12


def test_empty_page_with_a_next_link(project: Project, commerce: FakeSources) -> None:
    def answer(path: str, count: int) -> Response | None:
        bodies = {
            1: {"data": [event(1, moment(0))], "next_cursor": "a"},
            2: {"data": [], "next_cursor": "b"},
            3: {"data": [event(2, moment(1))], "next_cursor": None},
        }
        return JSONResponse(bodies[count]) if path == "/v1/events" else None

    commerce.before = answer
    project.run()
    assert len(project.rows("commerce/events")) == 2


def test_cursor_that_does_not_advance(project: Project, commerce: FakeSources) -> None:
    body = {"data": [event(1, moment(0))], "next_cursor": "same"}
    commerce.before = lambda path, count: (
        JSONResponse(body) if path == "/v1/events" else None
    )
    result = project.call("run")
    assert result.exit_code == 1
    assert "commerce.events: the server names the same next page twice" in result.output
    assert commerce.counts["/v1/events"] == 2


def test_answer_without_records(project: Project, commerce: FakeSources) -> None:
    commerce.before = lambda path, count: JSONResponse({"items": []})
    result = project.call("run", "--table", "events")
    assert result.exit_code == 1
    assert "no list at 'data'" in result.output


def test_dates_have_a_window_of_days(project: Project, commerce: FakeSources) -> None:
    def rate(day: str, value: Any) -> dict[str, Any]:
        pair = {"base_currency": "EGP", "quote_currency": "USD"}
        return {"rate_date": day, "rate": value, **pair}

    commerce.rates = [rate("2025-01-01", 0.0198), rate("2025-01-05", "0.02")]
    project.run()
    commerce.requests.clear()
    commerce.rates[1]["rate"] = "0.021"  # corrected
    project.run()
    [asked] = [request for request in commerce.requests if "exchange" in request]
    assert "from=2024-12-29" in asked
    rates = [str(rate) for rate in project.values("commerce/exchange_rates", "rate")]
    assert rates == ["0.019800000000", "0.020000000000", "0.021000000000"]


def test_strange_text_and_values_arrive(
    project: Project, commerce: FakeSources
) -> None:
    raw = (
        '{"data":[{"customer_id":7.0,"full_name":"\\ud83d\\ude00 \\ud800 \\u0000 ليلى",'
        '"updated_at":"2025-01-01T00:00:00+02:00","score":NaN,'
        '"big":12345678901234567890123,"email":["a"]}],"total_pages":1}'
    )
    commerce.before = lambda path, count: (
        Response(raw, media_type="application/json")
        if path == "/v1/customers"
        else None
    )
    project.run()
    [row] = project.rows(CUSTOMERS)
    assert row["customer_id"] == "7"
    assert row["full_name"] == "😀 \ufffd \0 ليلى"
    assert row["updated_at"].isoformat() == "2024-12-31T22:00:00+00:00"
    assert row["_extra"] == '{"big":12345678901234567890123,"score":"nan"}'
    assert row["email"] == '["a"]'


def test_broken_utf8_and_records_that_are_none(
    project: Project, commerce: FakeSources
) -> None:
    raw = b'{"data":[{"customer_id":1,"city":"Cair\xff"},5,null],"total_pages":1}'
    commerce.before = lambda path, count: (
        Response(raw) if path == "/v1/customers" else None
    )
    project.run()
    assert project.values(CUSTOMERS, "city") == ["Cair\ufffd"]
    assert project.values("commerce/_rejected", "payload") == ["5", "null"]


def test_pages_out_of_order_are_not_committed_before_the_end(
    project: Project, commerce: FakeSources, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A run that fails later must not have moved its cursor past what is missing."""
    monkeypatch.setattr("ingestion.load.COMMIT_ROWS", 4)
    commerce.largest_page = 5
    received = "name: received_at\n"
    required = "            constraints: [{type: not_null}]\n"
    project.edit("commerce", received, f"{received}{required}")
    hours = 7_200
    commerce.events = [event(n, moment(hours * (20 - n))) for n in range(20)]
    commerce.before = lambda path, count: (
        JSONResponse({}, 404) if path == "/v1/events" and count == 3 else None
    )
    assert project.call("run", "--source", "commerce").exit_code == 1
    project.run("--source", "commerce")
    found = project.values("commerce/events", "event_id")
    assert sorted(found) == sorted(f"e{n}" for n in range(20))


@pytest.mark.parametrize("is_empty", [False, True])
def test_pages_that_bring_nothing_end(
    project: Project,
    commerce: FakeSources,
    monkeypatch: pytest.MonkeyPatch,
    is_empty: bool,
) -> None:
    """Each page names another one that was never named before."""
    monkeypatch.setattr("ingestion.paginators.IDLE_PAGES", 5)
    data = [] if is_empty else [event(1, moment(1))]

    def answer(path: str, count: int) -> Response | None:
        body = {"data": data, "next_cursor": f"c{count}"}
        return JSONResponse(body) if path == "/v1/events" else None

    commerce.before = answer
    result = project.call("run", "--source", "commerce", "--table", "events")
    assert result.exit_code == 1
    expected = "5 empty pages in a row" if is_empty else "the same page again and again"
    assert expected in " ".join(result.output.split())
