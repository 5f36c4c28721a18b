"""The data types of a contract, as Arrow types."""

from __future__ import annotations

import re

import pyarrow as pa

_SIMPLE: dict[str, pa.DataType] = {
    "string": pa.string(),
    "int": pa.int32(),
    "bigint": pa.int64(),
    "double": pa.float64(),
    "boolean": pa.bool_(),
    "date": pa.date32(),
    "timestamp": pa.timestamp("us", tz="UTC"),
}
_DECIMAL = re.compile(r"decimal\(\s*(\d+)\s*,\s*(\d+)\s*\)", re.ASCII)
_NAMES = ", ".join(_SIMPLE) + ", decimal(p,s)"


def arrow_type(data_type: str) -> pa.DataType:
    """Return the Arrow type of a contract's `data_type`.

    Raises:
        ValueError: The type is none that a contract knows.
    """
    name = data_type.strip().lower()
    if name in _SIMPLE:
        return _SIMPLE[name]
    match = _DECIMAL.fullmatch(name)
    if match is None:
        raise ValueError(f"unknown data_type '{data_type}' (known: {_NAMES})")
    precision, scale = int(match[1]), int(match[2])
    if not 1 <= precision <= 38 or scale > precision:
        raise ValueError(f"'{data_type}' needs 1 <= p <= 38 and s <= p")
    return pa.decimal128(precision, scale)


def type_name(data_type: pa.DataType) -> str:
    """Return the contract's name of an Arrow type."""
    if pa.types.is_decimal(data_type):
        return f"decimal({data_type.precision},{data_type.scale})"
    if pa.types.is_large_string(data_type):
        return "string"
    names = {known: name for name, known in _SIMPLE.items()}
    return names.get(data_type, str(data_type))
