"""Parameters of a statement, as the protocol carries them: a type and a text."""

from __future__ import annotations

import datetime
from collections.abc import Callable, Sequence
from decimal import Decimal
from typing import Any

from local_warehouse.errors import StatementError

BOOLEANS = {"true": True, "false": False}
# Type of the protocol -> what PySpark takes for it.
READERS: dict[str, Callable[[str], object]] = {
    "BOOLEAN": lambda text: BOOLEANS[text.lower()],
    "TINYINT": int,
    "SMALLINT": int,
    "INT": int,
    "BIGINT": int,
    "FLOAT": float,
    "DOUBLE": float,
    "STRING": str,
    "DATE": datetime.date.fromisoformat,
    "TIMESTAMP": datetime.datetime.fromisoformat,
    "TIMESTAMP_NTZ": datetime.datetime.fromisoformat,
}


def bound_parameters(
    parameters: Sequence[Any],
) -> dict[str, object] | list[object] | None:
    """Return values by name, or in their order, as `SparkSession.sql` takes them.

    Args:
        parameters: `TSparkParameter`s, all with a name or all without.

    Raises:
        StatementError: Where a type is not supported or a text is not of its type.
    """
    if not parameters:
        return None
    if all(parameter.name for parameter in parameters):
        return {parameter.name: value(parameter) for parameter in parameters}
    return [value(parameter) for parameter in parameters]


def value(parameter: Any) -> object:
    """Return the Python value of one parameter."""
    if is_nested(parameter):
        return nested_value(parameter)
    text = parameter.value.stringValue if parameter.value is not None else None
    return scalar(str(parameter.type), text)


def is_nested(parameter: Any) -> bool:
    """Tell whether a parameter or an element of one is an array or map."""
    return str(parameter.type).upper().startswith(("ARRAY", "MAP"))


def nested_value(parameter: Any) -> object:
    """Return the list or map of a parameter; an empty one has no arguments."""
    values = [argument_value(argument) for argument in parameter.arguments or []]
    if str(parameter.type).upper().startswith("MAP"):
        return dict(zip(values[::2], values[1::2], strict=True))
    return values


def argument_value(argument: Any) -> object:
    """Return the value of an element of an array or map."""
    if is_nested(argument):
        return nested_value(argument)
    return scalar(str(argument.type), argument.value)


def scalar(type_name: str, text: str | None) -> object:
    """Return the value of a text of a type such as `INT` or `DECIMAL(10,2)`."""
    kind = type_name.upper().split("(")[0]
    if text is None or kind == "VOID":
        return None
    reader = Decimal if kind == "DECIMAL" else READERS.get(kind)
    if reader is None:
        raise StatementError(
            f"[UNSUPPORTED_DATATYPE] A parameter cannot be of type {type_name}.",
            "0A000",
        )
    try:
        return reader(text)
    except (ValueError, KeyError, ArithmeticError) as error:
        raise StatementError(
            f"[CAST_INVALID_INPUT] The parameter '{text}' is not of type {type_name}.",
            "22018",
        ) from error
