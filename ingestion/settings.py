"""What the environment says about the sources."""

from __future__ import annotations

import os

from ingestion.contract import (
    Source,
)
from ingestion.contract_sources import (
    FilesSource,
    HubspotSource,
    OauthAuth,
    RestSource,
    SqlSource,
)
from ingestion.errors import SettingsError
from ingestion.files import FilesReader
from ingestion.http import Address, HttpSource
from ingestion.hubspot import HubspotReader
from ingestion.redaction import hide_variables
from ingestion.rest import RestReader
from ingestion.sources import SourceReader
from ingestion.sql import SqlReader
from ingestion.tokens import Grant


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
    address = _address(settings)
    http = HttpSource(source.name, address, rate_limit=settings.rate_limit)
    if isinstance(settings, HubspotSource):
        return HubspotReader(source, http)
    assert isinstance(settings, RestSource)
    return RestReader(source, http)


def _address(settings: RestSource) -> Address:
    auth = settings.auth
    variable = settings.base_url_env
    if isinstance(auth, OauthAuth):
        refresh = auth.refresh_token_env
        hide_variables(auth.client_secret_env, refresh or "")
        grant = Grant(
            _value(auth.token_url_env),
            _value(auth.client_id_env),
            _value(auth.client_secret_env),
            _value(refresh) if refresh else None,
        )
        return Address(
            _value(variable),
            variable,
            token_variable=refresh or auth.client_secret_env,
            grant=grant,
        )
    if auth is None:
        return Address(_value(variable), variable)
    hide_variables(auth.token_env)
    return Address(_value(variable), variable, _value(auth.token_env), auth.token_env)


def _value(name: str) -> str:
    return os.environ.get(name, "").strip()
