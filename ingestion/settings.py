"""What the environment says about the sources, and what must never be printed."""

from __future__ import annotations

import os
import re
from urllib.parse import quote, unquote, urlsplit

from ingestion.contract import (
    FilesSource,
    HubspotSource,
    RestSource,
    Source,
    SqlSource,
)
from ingestion.errors import SettingsError
from ingestion.files import FilesReader
from ingestion.http import Address, HttpSource
from ingestion.hubspot import HubspotReader
from ingestion.rest import RestReader
from ingestion.sources import SourceReader
from ingestion.sql import SqlReader

_SECRET_NAME = re.compile(r"TOKEN|SECRET|PASSWORD|_KEY$|SAS", re.ASCII)


def is_configured(source: Source) -> bool:
    """Tell whether a source has all its variables.

    Raises:
        SettingsError: It has some of them only.
    """
    missing = [name for name in source.variables if not _value(name)]
    if missing and len(missing) < len(source.variables):
        raise SettingsError(
            f"{source.name}: half configured, set {' and '.join(missing)} too"
        )
    return not missing


def open_source(source: Source) -> SourceReader:
    """Return a reader for a configured source."""
    settings = source.settings
    if isinstance(settings, SqlSource):
        return SqlReader(source, _value(settings.url_env))
    if isinstance(settings, FilesSource):
        return FilesReader(source, _value(settings.path_env))
    token_variable = settings.auth.token_env if settings.auth else None
    address = Address(
        base_url=_value(settings.base_url_env),
        url_variable=settings.base_url_env,
        token=_value(token_variable) if token_variable else None,
        token_variable=token_variable,
    )
    http = HttpSource(source.name, address, rate_limit=settings.rate_limit)
    if isinstance(settings, HubspotSource):
        return HubspotReader(source, http)
    assert isinstance(settings, RestSource)
    return RestReader(source, http)


def redact(text: str, sources: list[Source]) -> str:
    """Return text without any secret of the environment."""
    for secret in sorted(_secrets(sources), key=len, reverse=True):
        text = text.replace(secret, "***")
    return text


def _secrets(sources: list[Source]) -> set[str]:
    found = {value for name, value in os.environ.items() if _SECRET_NAME.search(name)}
    for name in {name for source in sources for name in source.variables}:
        value = _value(name)
        try:
            password = urlsplit(value).password
        except ValueError:
            password = None
        if password:
            found |= {password, unquote(password), quote(unquote(password), safe="")}
    return {secret for secret in found if len(secret) >= 4}


def _value(name: str) -> str:
    return os.environ.get(name, "").strip()
