"""The CRM's paths, envelopes and limits, as HubSpot v3 has them."""

from typing import Any

import httpx
import pytest

from demo.serving import serving
from demo.world import World

KINDS = ("contacts", "tickets", "campaign_spend", "consents")
CONTACT = {"createdate", "hs_object_id", "lastmodifieddate"}


def search(client: Any, kind: str, **body: Any) -> dict[str, Any]:
    response = client.post(f"/v3/objects/{kind}/search", body)
    assert response.status_code == 200, response.text
    found: dict[str, Any] = response.json()
    return found


def condition(name: str, operator: str, **values: Any) -> list[dict[str, Any]]:
    return [{"filters": [{"propertyName": name, "operator": operator, **values}]}]


@pytest.mark.parametrize("kind", KINDS)
def test_a_list_is_complete(client: Any, kind: str) -> None:
    path, rows, after = f"/v3/objects/{kind}", [], {}
    while True:
        body = client.crm(path, limit=61, **after).json()
        rows += body["results"]
        if "paging" not in body:
            break
        after = {"after": body["paging"]["next"]["after"]}
    ids = [int(row["id"]) for row in rows]
    assert ids == sorted(set(ids))
    assert len(ids) == search(client, kind)["total"]
    assert not any(row["archived"] for row in rows)


def test_only_requested_properties_come_and_all_are_texts(client: Any) -> None:
    rows = client.listed("contacts", properties="email,loyalty_id")
    assert all(set(r["properties"]) == CONTACT | {"email", "loyalty_id"} for r in rows)
    values = {type(v) for row in rows for v in row["properties"].values()}
    assert values == {str, type(None)}
    by_default = client.listed("contacts")[0]["properties"]
    assert set(by_default) == CONTACT | {"email", "firstname", "lastname"}
    assert set(rows[0]) == {"id", "properties", "createdAt", "updatedAt", "archived"}


def test_archived_records_are_listed_apart(client: Any) -> None:
    archived = client.listed("contacts", archived="true")
    assert archived
    assert all(row["archived"] and row["archivedAt"] for row in archived)
    live = {row["id"] for row in client.listed("contacts")}
    assert not live & {row["id"] for row in archived}
    merged = {
        part
        for row in client.listed("contacts", properties="hs_merged_object_ids")
        for part in (row["properties"]["hs_merged_object_ids"] or "").split(";")
        if part
    }
    assert merged
    assert merged <= {row["id"] for row in archived}


def test_tickets_name_their_contact_one_way_or_the_other(client: Any) -> None:
    plain = client.listed("tickets", properties="contact_id")
    assert not any("associations" in row for row in plain)
    rows = client.listed("tickets", properties="contact_id", associations="contacts")
    ways = [
        ("associations" in r, r["properties"]["contact_id"] is not None) for r in rows
    ]
    assert set(ways) == {(True, False), (False, True)}
    linked = {
        r["id"]: r["associations"]["contacts"]["results"][0]["id"]
        for r in rows
        if "associations" in r
    }
    body = {"inputs": [{"id": row["id"]} for row in rows]}
    path = "/v4/associations/tickets/contacts/batch/read"
    read = client.post(path, body).json()["results"]
    assert {r["from"]["id"]: str(r["to"][0]["toObjectId"]) for r in read} == linked


@pytest.mark.parametrize(
    ("operator", "expected"),
    [
        ("EQ", lambda t, at: t == at),
        ("GTE", lambda t, at: t >= at),
        ("GT", lambda t, at: t > at),
        ("LTE", lambda t, at: t <= at),
        ("LT", lambda t, at: t < at),
    ],
)
def test_search_by_modification(client: Any, operator: str, expected: Any) -> None:
    rows = client.listed("contacts")
    at = sorted(r["properties"]["lastmodifieddate"] for r in rows)[len(rows) // 2]
    ids = {r["id"] for r in rows if expected(r["properties"]["lastmodifieddate"], at)}
    groups = condition("lastmodifieddate", operator, value=at)
    found, after = [], 0
    while True:
        page = search(
            client,
            "contacts",
            filterGroups=groups,
            sorts=[{"propertyName": "lastmodifieddate", "direction": "ASCENDING"}],
            limit=50,
            after=after,
        )
        found += page["results"]
        if "paging" not in page:
            break
        after = page["paging"]["next"]["after"]
    assert {row["id"] for row in found} == ids
    assert len(found) == len(ids) == page["total"]
    times = [row["properties"]["lastmodifieddate"] for row in found]
    assert times == sorted(times)


def test_search_understands_epochs_ranges_sets_and_alternatives(client: Any) -> None:
    whole = search(client, "contacts", limit=200)["results"]
    ids = sorted(int(row["id"]) for row in whole)[:3]
    some = condition("hs_object_id", "IN", values=[str(i) for i in ids])
    assert search(client, "contacts", filterGroups=some)["total"] == 3
    between = condition("hs_object_id", "BETWEEN", value=ids[0], highValue=ids[1])
    assert search(client, "contacts", filterGroups=between)["total"] >= 2
    first = {row["id"]: row for row in whole}[str(ids[0])]
    name = first["properties"]["firstname"]
    named = condition("firstname", "EQ", value=name) + some
    total = search(client, "contacts", filterGroups=named)["total"]
    assert total >= 3
    late = condition("lastmodifieddate", "GTE", value="1893456000000")
    assert search(client, "contacts", filterGroups=late) == {"total": 0, "results": []}


def test_search_never_returns_archived_records_nor_associations(client: Any) -> None:
    archived = {row["id"] for row in client.listed("contacts", archived="true")}
    some = condition("hs_object_id", "IN", values=sorted(archived)[:50])
    assert search(client, "contacts", filterGroups=some)["total"] == 0
    tickets = search(client, "tickets", limit=200)["results"]
    assert tickets
    assert not any("associations" in row for row in tickets)


def test_search_ends_at_its_window(client: Any) -> None:
    response = client.post(
        "/v3/objects/campaign_spend/search", {"limit": 200, "after": "9801"}
    )
    assert response.status_code == 400
    assert response.json()["category"] == "VALIDATION_ERROR"
    last = search(client, "campaign_spend", limit=200, after="9800")
    assert last["results"] == []


def test_a_smaller_window_can_be_served(small_world: World) -> None:
    headers = {"Authorization": f"Bearer {small_world.crm_token}"}
    with serving(small_world, throttle_every=0, search_window=100) as server:
        url = f"{server.url}/crm/v3/objects/contacts/search"
        inside = httpx.post(url, json={"limit": 50, "after": 50}, headers=headers)
        beyond = httpx.post(url, json={"limit": 50, "after": 51}, headers=headers)
    assert inside.status_code == 200
    # The link to the next page is there, as in the real API; following it fails.
    assert inside.json()["paging"]["next"]["after"] == "100"
    assert beyond.status_code == 400


@pytest.mark.parametrize(
    "body",
    [
        [],
        {"limit": 201},
        {"limit": "many"},
        {"filterGroups": [{"filters": []}]},
        {"filterGroups": [{"filters": [{"propertyName": "x'", "operator": "EQ"}]}]},
        {"filterGroups": condition("email", "LIKE", value="a")},
        {"filterGroups": condition("lastmodifieddate", "GTE", value="now")},
        {"sorts": [{"propertyName": "email", "direction": "UP"}]},
        {"properties": "email"},
    ],
)
def test_what_is_not_understood_is_a_400(client: Any, body: Any) -> None:
    response = client.post("/v3/objects/contacts/search", body)
    assert response.status_code == 400
    assert response.json()["status"] == "error"


def test_lists_have_limits_and_known_objects(client: Any) -> None:
    assert client.crm("/v3/objects/contacts", limit=101).status_code == 400
    assert client.crm("/v3/objects/deals").status_code == 400
    assert client.crm("/v3/nothing").status_code == 404
