"""The CRM: lists, searches, tombstones, associations."""

from __future__ import annotations

from typing import Any

import pytest
from starlette.responses import JSONResponse

from ingestion.hubspot import _is_in_window
from tests.python.ingestion.fake_sources import FakeSources, moment
from tests.python.ingestion.ingestion_project import Project


def contact(number: int, seconds: int, **properties: Any) -> dict[str, Any]:
    return {
        "id": str(number),
        "properties": {
            "firstname": f"Person {number}",
            "lastmodifieddate": moment(seconds),
            "hs_object_id": str(number),
            **properties,
        },
        "createdAt": moment(0),
        "updatedAt": moment(seconds),
        "archived": False,
    }


def ticket(number: int, seconds: int, **properties: Any) -> dict[str, Any]:
    record = contact(number, seconds, **properties)
    del record["properties"]["lastmodifieddate"], record["properties"]["firstname"]
    record["properties"]["hs_lastmodifieddate"] = moment(seconds)
    return record


def run(project: Project, table: str = "contacts") -> None:
    project.run("--source", "crm", "--table", table)


SEARCH = "/crm/v3/objects/contacts/search"


def test_first_load_lists_and_the_next_searches(
    project: Project, crm: FakeSources
) -> None:
    crm.objects["contacts"] = [contact(n, 60 * n) for n in range(250)]
    run(project)
    assert crm.counts[SEARCH] == 0
    lists = crm.counts["/crm/v3/objects/contacts"]
    crm.objects["contacts"].append(contact(999, 60 * 251))
    run(project)
    assert crm.counts[SEARCH] == 1
    assert crm.counts["/crm/v3/objects/contacts"] == lists + 1  # the archived ones
    assert len(project.rows("crm/contacts")) == 251
    assert project.rows("crm/contacts")[0]["_extra"] is None


def test_properties_are_asked_for_and_unknown_ones_kept(
    project: Project, crm: FakeSources
) -> None:
    crm.objects["contacts"] = [contact(1, 0, favourite="tea", nothing=None)]
    run(project)
    assert "firstname%2Clastname" in crm.requests[0]
    assert project.values("crm/contacts", "_extra") == ['{"favourite":"tea"}']


def test_property_of_another_name(project: Project, crm: FakeSources) -> None:
    project.edit(
        "crm",
        "          - name: loyalty_id\n",
        "          - name: loyalty_id\n"
        "            config: {meta: {property: card_number}}\n",
    )
    crm.objects["contacts"] = [contact(1, 0, card_number="L-1")]
    run(project)
    assert "card_number" in crm.requests[0]
    assert project.values("crm/contacts", "loyalty_id", "_extra") == [("L-1", None)]


def test_archived_contact_is_a_new_version_once(
    project: Project, crm: FakeSources
) -> None:
    crm.objects["contacts"] = [contact(1, 0), contact(2, 90_000)]
    run(project)
    crm.objects["contacts"][0] |= {"archived": True, "archivedAt": moment(100_000)}
    run(project)
    run(project)
    rows = [row for row in project.rows("crm/contacts") if row["id"] == "1"]
    assert [row["archived"] for row in rows] == [False, True]
    assert rows[1]["archived_at"].isoformat() == "2025-01-02T03:46:40+00:00"


def test_search_never_goes_beyond_its_window(
    project: Project, crm: FakeSources
) -> None:
    crm.objects["contacts"] = [contact(0, 0)]
    run(project)
    crm.search_window = 10_000
    crm.largest_page = 100
    crm.objects["contacts"] += [contact(n, 60 + n) for n in range(1, 1_500)]
    run(project)
    assert len(project.rows("crm/contacts")) == 1_500


def test_more_equal_times_than_the_search_can_reach(
    project: Project, crm: FakeSources, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("ingestion.hubspot.SEARCH_WINDOW", 600)
    crm.search_window = 600
    crm.objects["contacts"] = [contact(0, 0)]
    run(project)
    crm.objects["contacts"] += [contact(n, 60) for n in range(1, 900)]
    run(project)
    assert len(project.rows("crm/contacts")) == 900


def test_record_moving_while_searching(project: Project, crm: FakeSources) -> None:
    crm.objects["contacts"] = [contact(0, 0)]
    run(project)
    crm.largest_page = 10
    crm.objects["contacts"] += [contact(n, 60 * n) for n in range(1, 40)]

    def move(path: str, count: int) -> None:
        if path.endswith("/search") and count == 2:
            crm.objects["contacts"][3] = contact(3, 9_999, city="moved")

    crm.before = move  # type: ignore[assignment]
    run(project)
    assert {row["id"] for row in project.rows("crm/contacts")} == {
        str(n) for n in range(40)
    }
    assert "moved" in project.values("crm/contacts", "city")


@pytest.mark.parametrize("offers_search", [True, False])
@pytest.mark.parametrize("offers_associations", [True, False])
def test_tickets_keep_their_contact_whatever_the_server_offers(
    project: Project, crm: FakeSources, offers_search: bool, offers_associations: bool
) -> None:
    crm.offers_search = offers_search
    crm.offers_associations = offers_associations
    crm.links = {"1": "77", "3": "88"}
    crm.objects["tickets"] = [ticket(1, 0), ticket(2, 0, contact_id="55")]
    run(project, "tickets")
    crm.objects["tickets"].append(ticket(3, 60))
    run(project, "tickets")
    run(project, "tickets")
    assert project.values("crm/tickets", "id", "contact_id") == [
        ("1", "77"),
        ("2", "55"),
        ("3", "88"),
    ]


def test_a_broken_ticket_is_rejected_once_by_list_and_search(
    project: Project, crm: FakeSources
) -> None:
    crm.links = {"1": "77"}
    crm.objects["tickets"] = [
        ticket(1, 0, satisfaction_score="very"),
        ticket(2, 0, satisfaction_score="very"),
        ticket(3, 60),
    ]
    run(project, "tickets")
    run(project, "tickets")
    rejected = project.values("crm/_rejected", "source_record_id")
    assert sorted(rejected) == ["1", "2"]


def refuse(crm: FakeSources, number: int) -> None:
    """Let the server answer 400 to one search."""

    def answer(path: str, count: int) -> JSONResponse | None:
        is_refused = path == SEARCH and count == number
        return JSONResponse({"message": "no"}, 400) if is_refused else None

    crm.before = answer  # type: ignore[assignment]


@pytest.mark.parametrize("number", [1, 2])
def test_list_is_read_where_a_search_is_refused(
    project: Project, crm: FakeSources, number: int
) -> None:
    crm.objects["contacts"] = [contact(0, 0)]
    run(project)
    crm.largest_page = 10
    crm.objects["contacts"] += [contact(n, 60 * n) for n in range(1, 40)]
    refuse(crm, number)
    run(project)
    assert crm.counts[SEARCH] == number
    found = sorted(project.values("crm/contacts", "id"), key=int)
    assert found == [str(n) for n in range(40)]


def test_unknown_object(project: Project, crm: FakeSources) -> None:
    crm.before = lambda path, count: JSONResponse({"message": "no"}, 404)
    result = project.call("run", "--source", "crm", "--table", "consents")
    assert result.exit_code == 1
    assert "/crm/v3/objects/consents answers 404" in result.output


@pytest.mark.parametrize(
    ("after", "is_in_window"),
    [("200", True), ("9900", True), ("9901", False), ("a", False)],
)
def test_how_far_a_search_goes(after: str, is_in_window: bool) -> None:
    assert _is_in_window(after) is is_in_window
