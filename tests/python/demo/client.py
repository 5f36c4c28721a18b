"""A client of both APIs."""

from typing import Any

import httpx

from demo.serving import Server


class Client:
    """Asks both APIs of a served world with the right tokens."""

    def __init__(self, server: Server) -> None:
        self.world = server.world
        self.http = httpx.Client(base_url=server.url, timeout=10)

    def commerce(self, path: str, **parameters: Any) -> httpx.Response:
        return self.http.get(
            path,
            params=parameters,
            headers={"Authorization": f"Bearer {self.world.commerce_token}"},
        )

    def crm(self, path: str, **parameters: Any) -> httpx.Response:
        return self.http.get(f"/crm{path}", params=parameters, headers=self._crm())

    def post(self, path: str, body: Any) -> httpx.Response:
        return self.http.post(f"/crm{path}", json=body, headers=self._crm())

    def _crm(self) -> dict[str, str]:
        return {"Authorization": f"Bearer {self.world.crm_token}"}

    def pages(self, path: str, **parameters: Any) -> list[dict[str, Any]]:
        """Reads all pages of a commerce table."""
        rows, page = [], 1
        while True:
            body = self.commerce(path, page=page, **parameters).json()
            rows += body["data"]
            if page >= body["total_pages"]:
                return rows
            page += 1

    def events(self, **parameters: Any) -> list[dict[str, Any]]:
        """Follows the cursor to the end."""
        rows, cursor = [], {}
        while True:
            body = self.commerce("/v1/events", **parameters, **cursor).json()
            rows += body["data"]
            if body["next_cursor"] is None:
                return rows
            cursor = {"cursor": body["next_cursor"]}

    def listed(self, kind: str, **parameters: Any) -> list[dict[str, Any]]:
        """Follows `paging.next.after` of a CRM list to the end."""
        rows, after = [], {}
        while True:
            path = f"/v3/objects/{kind}"
            body = self.crm(path, limit=100, **parameters, **after).json()
            rows += body["results"]
            if "paging" not in body:
                return rows
            after = {"after": body["paging"]["next"]["after"]}
