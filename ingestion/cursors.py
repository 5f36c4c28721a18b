"""Cursor values as integers: epoch microseconds, or the key itself."""

from __future__ import annotations

import datetime as dt

import pyarrow as pa
import pyarrow.compute as pc

from ingestion.contract import Column
from ingestion.values import to_timestamp

SECOND = 1_000_000
DAY = 86_400 * SECOND
_EPOCH = dt.datetime(1970, 1, 1, tzinfo=dt.UTC)


def now() -> int:
    """Return the local clock in epoch microseconds."""
    return to_microseconds(dt.datetime.now(dt.UTC))


def to_microseconds(value: dt.datetime) -> int:
    """Return a moment in epoch microseconds, exactly."""
    return (value - _EPOCH) // dt.timedelta(microseconds=1)


def from_microseconds(value: int) -> dt.datetime:
    """Return epoch microseconds as a moment in UTC."""
    return _EPOCH + dt.timedelta(microseconds=value)


def unit(column: Column) -> int:
    """Return what one unit of `lag` is worth: a second, a day, or one."""
    return {"timestamp": SECOND, "date": DAY}.get(column.data_type, 1)


def is_time(column: Column) -> bool:
    """Tell whether cursor values of the column can be compared with a clock."""
    return column.data_type in ("timestamp", "date")


def cursor_values(values: pa.Array) -> pa.Array:
    """Return a typed cursor column as integers."""
    if pa.types.is_date(values.type):
        days = pc.cast(pc.cast(values, pa.int32()), pa.int64())
        return pc.multiply(days, DAY)
    return pc.cast(values, pa.int64())


def column_values(rows: pa.RecordBatch, column: Column | None) -> pa.Array:
    """Return the cursor column of typed rows as integers; nulls where there is none."""
    if column is None:
        return pa.nulls(rows.num_rows, pa.int64())
    return cursor_values(rows.column(column.name))


def cursor_value(value: object, column: Column) -> int | None:
    """Return one raw cursor value as an integer, None where it cannot be read."""
    try:
        if not is_time(column):
            return int(str(value))
        moment = None if value is None else to_timestamp(value)
    except ValueError:
        return None
    if moment is None:
        return None
    microseconds = to_microseconds(moment)
    return (
        microseconds - microseconds % DAY
        if column.data_type == "date"
        else microseconds
    )


def scalar(value: int, column: Column) -> pa.Scalar:
    """Return an integer cursor as a value of its column."""
    if column.data_type == "date":
        return pa.scalar(value // DAY, pa.int32()).cast(pa.date32())
    return pa.scalar(value, pa.int64()).cast(column.type)


def text(value: int, column: Column) -> str:
    """Return an integer cursor as sources and people write it."""
    if not is_time(column):
        return str(value)
    moment = from_microseconds(value)
    if column.data_type == "date":
        return moment.date().isoformat()
    return moment.replace(tzinfo=None).isoformat() + "Z"


def highest_until(values: pa.Array, fence: int | None) -> int | None:
    """Return the highest value that is not beyond the source's clock.

    A value from the future says nothing about what was read, and would hide what is
    recorded until then.
    """
    if fence is not None:
        values = values.filter(pc.less_equal(values, fence))
    highest: int | None = pc.max(values).as_py()
    return highest


def higher(one: int | None, other: int | None) -> int | None:
    """Return the higher of two cursors, of which either may be unknown."""
    if one is None or other is None:
        return one if other is None else other
    return max(one, other)
