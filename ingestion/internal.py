"""The tables that no source delivers: the platform itself keeps them in the lake."""

from __future__ import annotations

from collections.abc import Mapping

import pyarrow as pa

from ingestion.contract import LOADED_AT, TECHNICAL

INGESTION = "ingestion"
HASH_KEYS = "hash_keys"
LOADS = "loads"
RUNS = "runs"
STEWARDSHIP = "stewardship"
IDENTITY_DECISIONS = "identity_decisions"
VALUE_FREQUENCIES = "value_frequencies"

_TIME = TECHNICAL[LOADED_AT]
# The columns that whoever writes a table relies on, by internal source and table.
INTERNAL_TABLES: Mapping[tuple[str, str], Mapping[str, pa.DataType]] = {
    (INGESTION, HASH_KEYS): {"hash_key": pa.string(), LOADED_AT: _TIME},
    (INGESTION, LOADS): {
        "load_key": pa.string(),
        "source_name": pa.string(),
        "table_name": pa.string(),
        "batch_id": pa.string(),
        "outcome": pa.string(),
        "delivered_count": pa.int64(),
        "carried_over_count": pa.int64(),
        "landed_count": pa.int64(),
        "rejected_count": pa.int64(),
        "rejected_before_count": pa.int64(),
        "unchanged_count": pa.int64(),
        "outside_window_count": pa.int64(),
        "not_landed_count": pa.int64(),
        "ended_at": _TIME,
        LOADED_AT: _TIME,
    },
    (INGESTION, RUNS): {
        "run_key": pa.string(),
        "source_name": pa.string(),
        "table_name": pa.string(),
        "batch_id": pa.string(),
        "run_outcome": pa.string(),
        "cursor_before": pa.string(),
        "cursor_after": pa.string(),
        "error_message": pa.string(),
        "delivered_byte_count": pa.int64(),
        "duration_seconds": pa.float64(),
        "ingestion_started_at": _TIME,
        "ingestion_ended_at": _TIME,
        LOADED_AT: _TIME,
    },
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
