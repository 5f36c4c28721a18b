"""Content digests: 16 bytes that tell whether two rows say the same."""

from __future__ import annotations

from collections.abc import Sequence
from hashlib import blake2b

import pyarrow as pa
import pyarrow.compute as pc

_TEXT = pa.large_string()
_SEPARATOR = pa.scalar("\x1f", _TEXT)


def row_digests(rows: pa.RecordBatch, names: Sequence[str]) -> list[bytes]:
    """Return one digest for each row, over the columns `names`."""
    if not rows.num_rows:
        return []
    parts = [_as_text(rows.column(name)) for name in names]
    joined = pc.binary_join_element_wise(*parts, _SEPARATOR)
    return [
        blake2b(text.encode(), digest_size=16).digest() for text in joined.to_pylist()
    ]


def _as_text(values: pa.Array) -> pa.Array:
    """Return text that differs where the values differ, nulls included."""
    kind = values.type
    if pa.types.is_string(kind) or pa.types.is_large_string(kind):
        values = pc.cast(values, _TEXT)
        length = pc.cast(pc.binary_length(values), _TEXT)
        colon = pa.scalar(":", _TEXT)
        values = pc.binary_join_element_wise(length, values, colon)
    else:
        if pa.types.is_timestamp(kind):
            values = pc.cast(values, pa.int64())
        elif pa.types.is_date(kind):
            values = pc.cast(values, pa.int32())
        values = pc.cast(values, _TEXT)
    return pc.fill_null(values, pa.scalar("-", _TEXT))
