"""Land APIs, CRMs and databases as raw Delta tables, driven by dbt source contracts."""

from __future__ import annotations

from ingestion.contract_files import load_contract
from ingestion.errors import (
    AccessError,
    ContractError,
    IngestionError,
    LakeError,
    RecordsError,
    SettingsError,
    SourceError,
    UnreachableError,
)

__all__ = [
    "AccessError",
    "ContractError",
    "IngestionError",
    "LakeError",
    "RecordsError",
    "SettingsError",
    "SourceError",
    "UnreachableError",
    "load_contract",
]
