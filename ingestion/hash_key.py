"""The key for keyed hashes of identifiers: made once, kept in the lake alone."""

from __future__ import annotations

import os
import secrets

import pyarrow as pa

from ingestion import cursors
from ingestion.contract import LOADED_AT
from ingestion.errors import SettingsError
from ingestion.lake import LakeTable

VARIABLE = "CDP_HASH_KEY"
COLUMN = "hash_key"
_SHORTEST = 16


def ensure_hash_key(lake: LakeTable) -> None:
    """Write the key from the environment, else a random one, where there is none.

    Raises:
        SettingsError: The environment's key is too short, or is not the one in use:
            with another key every hash would change.
    """
    wanted = os.environ.get(VARIABLE, "").strip()
    if wanted and len(wanted) < _SHORTEST:
        raise SettingsError(f"{VARIABLE} needs at least {_SHORTEST} characters")
    used = [
        key for rows in lake.scan([COLUMN]) for key in rows.column(COLUMN).to_pylist()
    ]
    if not used:
        _write(lake, wanted or secrets.token_hex(32))
    elif wanted and wanted not in used:
        raise SettingsError(
            f"{VARIABLE} is not the key in the lake ({lake.name}), and with another key"
            f" every hash would change: unset it, or give back the former one"
        )


def _write(lake: LakeTable, key: str) -> None:
    loaded_at = cursors.now()
    moment = cursors.from_microseconds(loaded_at)
    row = {COLUMN: key, LOADED_AT: moment}
    rows = pa.RecordBatch.from_pylist([row], schema=lake.schema)
    lake.append(iter([rows]), loaded_at=loaded_at)
