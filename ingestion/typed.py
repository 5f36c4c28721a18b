"""Batches of raw values into typed Arrow batches, column by column.

A column whose values fit is converted by Arrow at once. Only where Arrow refuses are
its values looked at one by one, which also tells the records that break the contract.
"""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any, TypeAlias

import pyarrow as pa
import pyarrow.compute as pc

from ingestion.contract import EXTRA, POSITION, Column, Table
from ingestion.values import converter

_NAIVE = pa.timestamp("us")
# What 128 bits hold for certain.
_DIGITS = 38
_OFFSET = re.compile(r"(Z|[+-]\d\d(:?\d\d)?)$", re.ASCII | re.IGNORECASE)
Values: TypeAlias = "Sequence[Any] | pa.Array"


@dataclass(frozen=True)
class RawBatch:
    """Records as they came: the values of each column, and the rest of each record.

    Where a source has only text, a column may be an Arrow array of strings.
    `broken` says of records that could not even be taken apart why not.
    """

    size: int
    columns: Mapping[str, Values]
    extras: Sequence[str | None] | None
    payload: Callable[[int], str]
    broken: Mapping[int, str] = field(default_factory=dict)


@dataclass(frozen=True)
class Rejection:
    """One record that breaks the contract."""

    position: int
    record_id: str | None
    reason: str
    payload: str


@dataclass(frozen=True)
class TypedBatch:
    """The records that keep the contract, typed, and those that do not."""

    rows: pa.RecordBatch
    rejections: list[Rejection]


def type_batch(raw: RawBatch, table: Table, first_position: int) -> TypedBatch:
    """Type a batch of records; each record gets its position in the delivery."""
    arrays: list[pa.Array] = []
    reasons: dict[int, list[str]] = {}
    for column in table.content:
        array, broken = type_column(raw.columns.get(column.name), column, raw.size)
        for index, reason in _with_missing(array, broken, column, table):
            reasons.setdefault(index, []).append(f"{column.name} {reason}")
        arrays.append(array)
    reasons |= {index: [reason] for index, reason in raw.broken.items()}
    arrays.append(_strings(raw.extras, raw.size))
    ones = pa.repeat(pa.scalar(1, pa.int64()), raw.size)
    arrays.append(pc.cumulative_sum(ones, start=first_position - 1))
    names = [*(column.name for column in table.content), EXTRA, POSITION]
    rows = pa.RecordBatch.from_arrays(arrays, names=names)
    if not reasons:
        return TypedBatch(rows, [])
    rejections = [
        Rejection(
            position=first_position + index,
            record_id=_record_id(raw, table, index),
            reason="; ".join(texts),
            payload=raw.payload(index),
        )
        for index, texts in sorted(reasons.items())
    ]
    kept = pa.array([index not in reasons for index in range(raw.size)], pa.bool_())
    return TypedBatch(rows.filter(kept), rejections)


def type_column(
    values: Values | None, column: Column, size: int
) -> tuple[pa.Array, dict[int, str]]:
    """Return the typed column, and the reason for each value that does not fit."""
    data_type = column.type
    if values is None:
        return pa.nulls(size, data_type), {}
    try:
        return _at_once(values, data_type), {}
    except (pa.ArrowException, TypeError, ValueError, OverflowError):
        return _one_by_one(_listed(values), data_type)


def _at_once(values: Values, data_type: pa.DataType) -> pa.Array:
    """Convert with Arrow alone; raises where the exact path must decide.

    Arrow cuts 1.5 to 1 and takes True for 1, so that only values of Python's own
    matching type are left to it.
    """
    if isinstance(values, pa.Array):
        return values if values.type == data_type else _parsed(values, data_type)
    kinds = set(map(type, values)) - {type(None)}
    if not kinds:
        return pa.nulls(len(values), data_type)
    if kinds == {str}:
        texts = _whole(pa.array(values, pa.string()))
        return texts if pa.types.is_string(data_type) else _parsed(texts, data_type)
    if pa.types.is_string(data_type) and kinds == {int}:
        return pc.cast(pa.array(values, pa.int64()), data_type)
    if pa.types.is_decimal(data_type) and kinds <= {int, float}:
        numbers = [None if value is None else repr(value) for value in values]
        return _decimals(pa.array(numbers, pa.string()), data_type)
    if kinds <= _exact_kinds(data_type):
        return _finite(pa.array(values, data_type))
    raise TypeError("these values are converted one by one")


def _exact_kinds(data_type: pa.DataType) -> set[type]:
    """Return the types whose values Arrow stores unchanged, or refuses."""
    if pa.types.is_integer(data_type):
        return {int}
    if pa.types.is_floating(data_type):
        return {float}
    if pa.types.is_decimal(data_type):
        return {Decimal}
    if pa.types.is_timestamp(data_type):
        return {dt.datetime}
    if pa.types.is_date(data_type):
        return {dt.date}
    return {bool} if pa.types.is_boolean(data_type) else set()


def _parsed(texts: pa.Array, data_type: pa.DataType) -> pa.Array:
    if pa.types.is_decimal(data_type):
        return _decimals(texts, data_type)
    if not pa.types.is_timestamp(data_type):
        return _finite(pc.cast(texts, data_type))
    # Arrow takes either times that all have an offset, or such that have none, and to
    # try the wrong way costs more than all the rest.
    first = pc.first(texts).as_py()
    kinds = [data_type, _NAIVE] if _OFFSET.search(first or "") else [_NAIVE, data_type]
    try:
        times = pc.cast(texts, kinds[0])
    except pa.ArrowInvalid:
        times = pc.cast(texts, kinds[1])
    return pc.cast(times, data_type)


def _decimals(texts: pa.Array, data_type: pa.DataType) -> pa.Array:
    """Convert texts that cannot grow beyond 38 digits.

    Arrow does not notice every overflow: 2.1417175731078154e+46 becomes a negative
    decimal(38,0).
    """
    longest = pc.max(pc.binary_length(texts)).as_py() or 0
    has_exponent = (pc.any(pc.match_substring(texts, mark)).as_py() for mark in "eE")
    if longest + data_type.scale > _DIGITS or any(has_exponent):
        raise ValueError("these numbers are converted one by one")
    return pc.cast(texts, data_type)


def _finite(array: pa.Array) -> pa.Array:
    if (
        pa.types.is_floating(array.type)
        and pc.any(pc.invert(pc.is_finite(array))).as_py()
    ):
        raise ValueError("not finite")
    return array


def _whole(array: pa.Array | pa.ChunkedArray) -> pa.Array:
    if isinstance(array, pa.ChunkedArray):
        raise ValueError("too much text for one batch")
    return array


def _listed(values: Values) -> Sequence[object]:
    return values.to_pylist() if isinstance(values, pa.Array) else values


def _one_by_one(
    values: Sequence[object], data_type: pa.DataType
) -> tuple[pa.Array, dict[int, str]]:
    convert = converter(data_type)
    typed: list[object] = []
    broken: dict[int, str] = {}
    for index, value in enumerate(values):
        try:
            typed.append(None if value is None else convert(value))
        except ValueError as error:
            typed.append(None)
            broken[index] = str(error)
    return pa.array(typed, data_type), broken


def _with_missing(
    array: pa.Array, broken: dict[int, str], column: Column, table: Table
) -> list[tuple[int, str]]:
    """Add the required values that are missing or blank to those that do not fit."""
    is_key = column.name in table.settings.primary_key
    if not (is_key or column.is_required):
        return list(broken.items())
    absent = pc.is_null(array)
    if pa.types.is_string(array.type):
        absent = pc.or_(
            absent, pc.fill_null(pc.equal(pc.utf8_trim_whitespace(array), ""), False)
        )
    indexes = pc.indices_nonzero(absent).to_pylist()
    missing = {index: "is missing" for index in indexes}
    return list((missing | broken).items())


def _strings(values: Sequence[str | None] | None, size: int) -> pa.Array:
    return (
        pa.nulls(size, pa.string()) if values is None else pa.array(values, pa.string())
    )


def _record_id(raw: RawBatch, table: Table, index: int) -> str | None:
    """Return the primary key as far as it could be read."""
    to_text = converter(pa.string())
    parts = []
    for key in table.settings.primary_key:
        values = raw.columns.get(key)
        value = None if values is None else _listed(values[index : index + 1])[0]
        parts.append("" if value is None else str(to_text(value)))
    return "|".join(parts) if any(parts) else None
