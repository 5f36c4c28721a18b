"""The tables that no source delivers: the platform itself keeps them in the lake."""

from __future__ import annotations

from collections.abc import Mapping

import pyarrow as pa

from ingestion.contract import LOADED_AT, TECHNICAL

HASH_KEYS = "hash_keys"
STEWARDSHIP = "stewardship"
IDENTITY_DECISIONS = "identity_decisions"
VALUE_FREQUENCIES = "value_frequencies"

_TIME = TECHNICAL[LOADED_AT]
# The columns that whoever writes a table relies on, by internal source and table.
INTERNAL_TABLES: Mapping[tuple[str, str], Mapping[str, pa.DataType]] = {
    ("ingestion", HASH_KEYS): {"hash_key": pa.string(), LOADED_AT: _TIME},
    (STEWARDSHIP, IDENTITY_DECISIONS): {
        "decision_id": pa.string(),
        "source_name": pa.string(),
        "source_record_id": pa.string(),
        "other_source_name": pa.string(),
        "other_source_record_id": pa.string(),
        "decision": pa.string(),
        "reason": pa.string(),
        "decided_by": pa.string(),
        "decided_at": _TIME,
        LOADED_AT: _TIME,
    },
    (STEWARDSHIP, VALUE_FREQUENCIES): {
        "attribute": pa.string(),
        "value": pa.string(),
        "record_count": pa.int64(),
        "population_count": pa.int64(),
        "refreshed_at": _TIME,
        LOADED_AT: _TIME,
    },
}
