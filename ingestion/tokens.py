"""Access tokens that expire: asked for at the first request, renewed when refused."""

from __future__ import annotations

from collections.abc import Generator
from dataclasses import dataclass, field
from typing import Any

import httpx

from ingestion.redaction import hide

Flow = Generator[httpx.Request, httpx.Response, Any]


@dataclass(frozen=True)
class Grant:
    """What a token endpoint wants (OAuth 2: client credentials, or a refresh token)."""

    url: str = field(repr=False)
    client_id: str = field(repr=False)
    client_secret: str = field(repr=False)
    refresh_token: str | None = field(default=None, repr=False)

    @property
    def form(self) -> dict[str, str]:
        """The form to send."""
        fields = {"client_id": self.client_id, "client_secret": self.client_secret}
        if self.refresh_token is None:
            return {"grant_type": "client_credentials", **fields}
        kind = {"grant_type": "refresh_token", "refresh_token": self.refresh_token}
        return {**kind, **fields}


class TokenError(Exception):
    """The token endpoint gives no token."""

    def __init__(self, status: int) -> None:
        """Keep what it answers."""
        super().__init__(f"the token endpoint answers {status}")
        self.status = status


class RenewedToken(httpx.Auth):
    """Signs requests; a token that is refused is renewed once for each request."""

    def __init__(self, grant: Grant) -> None:
        """Begin without a token."""
        self._grant = grant
        self._token: str | None = None

    def sync_auth_flow(self, request: httpx.Request) -> Flow:
        """Send the request, once more with a new token where the first is refused.

        Raises:
            TokenError: There is no token to be had.
        """
        is_new = self._token is None
        if self._token is None:
            self._token = yield from self._ask()
        request.headers["authorization"] = f"Bearer {self._token}"
        response = yield request
        if response.status_code == 401 and not is_new:
            self._token = yield from self._ask()
            request.headers["authorization"] = f"Bearer {self._token}"
            yield request

    def _ask(self) -> Flow:
        accept = {"accept": "application/json"}
        response = yield httpx.Request(
            "POST", self._grant.url, data=self._grant.form, headers=accept
        )
        response.read()
        try:
            token = response.json()["access_token"] if response.is_success else None
        except (ValueError, KeyError, TypeError):
            token = None
        if not isinstance(token, str) or not token.isascii() or not token.isprintable():
            raise TokenError(response.status_code)
        hide(token)
        return token
