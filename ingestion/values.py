"""One value into the type of its column: the slow, exact path.

Each function takes a value that is not None and returns what Arrow stores, None for an
empty string where the type has no use for one, or raises `ValueError` with a reason
that never contains the value: it may be personal.
"""

from __future__ import annotations

import datetime as dt
import json
import math
import re
from collections.abc import Callable
from decimal import ROUND_HALF_UP, Context, Decimal, InvalidOperation

import pyarrow as pa

from ingestion.datatypes import type_name
from ingestion.json_text import LEVELS, deep_json

Converter = Callable[[object], object]

_INTEGER = re.compile(r"[+-]?\d{1,40}(\.0*)?", re.ASCII)
_NUMBER = re.compile(r"[+-]?(\d+\.?\d*|\.\d+)([eE][+-]?\d{1,6})?", re.ASCII)
_TIME = re.compile(
    r"(\d{4}-\d\d-\d\d)"
    r"(?:[T ](\d\d(?::?\d\d(?::?\d\d(?:[.,]\d+)?)?)?) ?([Zz]|[+-]\d\d(?::?\d\d)?)?)?",
    re.ASCII,
)
_WIDE = Context(prec=100)
_BOOLEANS = {"true": True, "false": False, "1": True, "0": False}


def converter(data_type: pa.DataType) -> Converter:
    """Return the function that converts one value to `data_type`."""
    if pa.types.is_decimal(data_type):
        return lambda value: to_decimal(value, data_type)
    if pa.types.is_integer(data_type):
        return lambda value: to_integer(value, data_type.bit_width)
    return _CONVERTERS[type_name(data_type)]


def to_string(value: object) -> str:
    """Return text as it is, numbers without a trailing `.0`, structures as JSON."""
    if isinstance(value, bytes | bytearray | memoryview):
        value = bytes(value).decode("utf-8", "replace")
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, float | Decimal):
        return _number_text(value)
    if isinstance(value, dt.date):
        return value.isoformat()
    if isinstance(value, dict | list | tuple):
        return canonical_json(value)
    return clean_text(str(value))


def to_integer(value: object, bits: int) -> int | None:
    """Return a whole number; `5`, `5.0` and `'5'` are the same."""
    value = _stripped(value)
    if value is None:
        return None
    number: int
    if isinstance(value, bool):
        raise ValueError("is not a whole number")
    if isinstance(value, int):
        number = value
    elif isinstance(value, float | Decimal) and _is_whole(value):
        number = int(value)
    elif isinstance(value, str) and _INTEGER.fullmatch(value):
        number = int(value.partition(".")[0])
    else:
        raise ValueError("is not a whole number")
    if not -(2 ** (bits - 1)) <= number < 2 ** (bits - 1):
        raise ValueError(f"does not fit {bits} bits")
    return number


def to_double(value: object) -> float | None:
    """Return a finite floating-point number."""
    value = _stripped(value)
    if value is None:
        return None
    number = math.nan
    if isinstance(value, int | float | Decimal) and not isinstance(value, bool):
        number = _as_float(value)
    elif isinstance(value, str) and _NUMBER.fullmatch(value):
        number = float(value)
    if not math.isfinite(number):
        raise ValueError("is not a finite number")
    return number


def to_boolean(value: object) -> bool | None:
    """Return a truth value, from true/false in any case or 1/0."""
    value = _stripped(value)
    if value is None:
        return None
    found = None
    if isinstance(value, str):
        found = _BOOLEANS.get(value.lower())
    elif isinstance(value, int) and value in (0, 1):
        found = bool(value)
    if found is None:
        raise ValueError("is not a boolean")
    return found


def to_timestamp(value: object) -> dt.datetime | None:
    """Return a moment in UTC; without an offset it is UTC already."""
    value = _stripped(value)
    if value is None:
        return None
    if isinstance(value, dt.date) and not isinstance(value, dt.datetime):
        value = dt.datetime(value.year, value.month, value.day)
    if isinstance(value, str):
        value = _parse_time(value)
    if not isinstance(value, dt.datetime):
        raise ValueError("is not a timestamp")
    if value.tzinfo is None:
        return value.replace(tzinfo=dt.UTC)
    try:
        return value.astimezone(dt.UTC)
    except OverflowError:
        raise ValueError("is not a timestamp") from None


def to_date(value: object) -> dt.date | None:
    """Return a day; of a moment, its day in UTC."""
    if isinstance(value, dt.date) and not isinstance(value, dt.datetime):
        return value
    try:
        moment = to_timestamp(value)
    except ValueError:
        raise ValueError("is not a date") from None
    return None if moment is None else moment.date()


def to_decimal(value: object, data_type: pa.Decimal128Type) -> Decimal | None:
    """Return a decimal, rounded half up to the scale of its type."""
    value = _stripped(value)
    if value is None:
        return None
    number = Decimal("NaN")
    if isinstance(value, bool):
        pass
    elif isinstance(value, int | Decimal):
        number = Decimal(value)
    elif isinstance(value, float):
        number = Decimal(repr(value))
    elif isinstance(value, str) and _NUMBER.fullmatch(value):
        number = Decimal(value)
    if not number.is_finite():
        raise ValueError("is not a number")
    step = Decimal(1).scaleb(-data_type.scale)
    try:
        rounded = number.quantize(step, ROUND_HALF_UP, context=_WIDE)
    except InvalidOperation:
        rounded = Decimal("Infinity")
    if abs(rounded) >= Decimal(10) ** (data_type.precision - data_type.scale):
        raise ValueError(f"does not fit {type_name(data_type)}")
    return rounded


def clean_text(value: str) -> str:
    """Return text that UTF-8 can hold: a lone surrogate becomes U+FFFD."""
    try:
        value.encode("utf-8")
    except UnicodeEncodeError:
        pairs = value.encode("utf-16", "surrogatepass")
        return pairs.decode("utf-16", "replace")
    return value


def canonical_json(value: object) -> str:
    """Return JSON that is the same for the same content, whatever the key order."""
    try:
        text = _dump(value)
    except (ValueError, TypeError, RecursionError):
        text = _dump(_plain(value, 0))
    return clean_text(text)


def _dump(value: object) -> str:
    return json.dumps(
        value,
        allow_nan=False,
        default=_plain_scalar,
        ensure_ascii=False,
        separators=(",", ":"),
        sort_keys=True,
    )


def _plain(value: object, depth: int) -> object:
    """Return `value` without what JSON cannot say; very deep parts become text."""
    if isinstance(value, dict | list | tuple) and depth >= LEVELS:
        return deep_json(value, _scalar_json)
    if isinstance(value, dict):
        return {str(key): _plain(part, depth + 1) for key, part in value.items()}
    if isinstance(value, list | tuple):
        return [_plain(part, depth + 1) for part in value]
    if isinstance(value, float) and not math.isfinite(value):
        return str(value)
    return value


def _scalar_json(value: object) -> str:
    return _dump(_plain(value, 0))


def _plain_scalar(value: object) -> object:
    if isinstance(value, Decimal):
        number = _as_float(value)
        if math.isfinite(number) and Decimal(repr(number)) == value:
            return int(value) if _is_whole(value) and abs(value) < 2**53 else number
    return to_string(value)


def _number_text(value: float | Decimal) -> str:
    number = value if isinstance(value, Decimal) else Decimal(repr(value))
    if not number.is_finite():
        return str(value)
    if _is_whole(number) and number.adjusted() < 40:
        return str(int(number))
    return format(number, "f") if -40 < number.adjusted() < 40 else str(number)


def _is_whole(value: float | Decimal) -> bool:
    if isinstance(value, float):
        return value.is_integer()
    return value.is_finite() and (
        value.adjusted() < 40 and value == value.to_integral_value(context=_WIDE)
    )


def _as_float(value: float | Decimal) -> float:
    try:
        return float(value)
    except OverflowError:
        return math.inf


def _stripped(value: object) -> object:
    """Return text without its surrounding blanks, None if nothing is left."""
    if isinstance(value, bytes | bytearray | memoryview):
        value = bytes(value).decode("utf-8", "replace")
    if isinstance(value, str):
        return value.strip() or None
    return value


def _parse_time(text: str) -> dt.datetime:
    match = _TIME.fullmatch(text)
    if match is None:
        raise ValueError("is not a timestamp")
    day, clock, offset = match.groups()
    try:
        return dt.datetime.fromisoformat(
            day + (f"T{clock}" if clock else "") + (offset or "").upper()
        )
    except ValueError:
        raise ValueError("is not a timestamp") from None


_CONVERTERS: dict[str, Converter] = {
    "string": to_string,
    "double": to_double,
    "boolean": to_boolean,
    "date": to_date,
    "timestamp": to_timestamp,
}
