"""The part of the contract that says how to talk to a source."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field

NUMBERED = ("page_number", "offset")

Ratio = Annotated[float, Field(ge=0, le=1)]


class Strict(BaseModel):
    """A part of the contract in which an unknown key is a mistake."""

    model_config = ConfigDict(extra="forbid", frozen=True)


class BearerAuth(Strict):
    """A bearer token in the environment variable `token_env`."""

    type: Literal["bearer"]
    token_env: str

    @property
    def variables(self) -> list[str]:
        """The environment variables that it needs."""
        return [self.token_env]


class OauthAuth(Strict):
    """Access tokens that expire, from an OAuth 2 token endpoint."""

    type: Literal["oauth2"]
    token_url_env: str
    client_id_env: str
    client_secret_env: str
    refresh_token_env: str | None = None

    @property
    def variables(self) -> list[str]:
        """The environment variables that it needs."""
        names = [self.token_url_env, self.client_id_env, self.client_secret_env]
        return [*names, *([self.refresh_token_env] if self.refresh_token_env else [])]


Auth = Annotated[BearerAuth | OauthAuth, Field(discriminator="type")]


class RateLimit(Strict):
    """At most `requests` requests in any `seconds` seconds."""

    requests: int = Field(gt=0)
    seconds: float = Field(gt=0)


class SchemaContract(Strict):
    """What a value of the wrong type does: to its record, or to the whole table."""

    data_type: Literal["discard_row", "freeze"] = "discard_row"


class SinglePagePaginator(Strict):
    """The endpoint answers everything at once."""

    type: Literal["single_page"]


class PageNumberPaginator(Strict):
    """Pages are numbered; the last is told by `total_path`, else by a short page."""

    type: Literal["page_number"]
    base_page: int = 1
    page_param: str = "page"
    total_path: str | None = None


class OffsetPaginator(Strict):
    """Pages start at an offset of records."""

    type: Literal["offset"]
    limit: int = Field(gt=0)
    offset_param: str = "offset"
    limit_param: str = "limit"


class CursorPaginator(Strict):
    """Each answer carries the key of the next page at `cursor_path`."""

    type: Literal["cursor"]
    cursor_path: str = "next_cursor"
    cursor_param: str = "cursor"


Paginator = Annotated[
    SinglePagePaginator | PageNumberPaginator | OffsetPaginator | CursorPaginator,
    Field(discriminator="type"),
]


class RestSource(Strict):
    """A REST API that answers JSON."""

    kind: Literal["rest"]
    base_url_env: str
    auth: Auth | None = None
    rate_limit: RateLimit | None = None
    max_rejected_ratio: Ratio = 1.0
    schema_contract: SchemaContract = SchemaContract()


class HubspotSource(RestSource):
    """A CRM with the paths and envelopes of HubSpot v3."""

    kind: Literal["hubspot"]  # type: ignore[assignment]


class SqlSource(Strict):
    """A database with an SQLAlchemy URL."""

    kind: Literal["sql"]
    url_env: str
    db_schema: str | None = None
    max_rejected_ratio: Ratio = 1.0
    schema_contract: SchemaContract = SchemaContract()


class FilesSource(Strict):
    """A folder, or a container of a store, into which others drop files."""

    kind: Literal["files"]
    path_env: str
    settle_seconds: int = Field(default=60, ge=0)
    max_rejected_ratio: Ratio = 1.0
    schema_contract: SchemaContract = SchemaContract()


class InternalSource(Strict):
    """What the platform itself keeps in the lake; there is nothing to read."""

    kind: Literal["internal"]


SourceSettings = Annotated[
    RestSource | HubspotSource | SqlSource | FilesSource | InternalSource,
    Field(discriminator="kind"),
]
