"""Parameters of a statement, as the protocol carries them: a type and a text."""

from __future__ import annotations

import datetime
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import TYPE_CHECKING, Any

from local_warehouse.errors import StatementError
from local_warehouse.sql.tokens import Edit, Statement

if TYPE_CHECKING:
    from pyspark.sql import Column, SparkSession

Parameters = Mapping[str, object] | Sequence[object]

BOOLEANS = {"true": True, "false": False}
# Type of the protocol -> the Python value of a text.
READERS: dict[str, Callable[[str], object]] = {
    "BOOLEAN": lambda text: BOOLEANS[text.lower()],
    "TINYINT": int,
    "SMALLINT": int,
    "INT": int,
    "BIGINT": int,
    "FLOAT": float,
    "DOUBLE": float,
    "DECIMAL": Decimal,
    "STRING": str,
    "DATE": datetime.date.fromisoformat,
    "TIMESTAMP": datetime.datetime.fromisoformat,
    "TIMESTAMP_NTZ": datetime.datetime.fromisoformat,
}


@dataclass(frozen=True)
class Parameter:
    """One parameter, or an element of one.

    Attributes:
        type: Such as `INT`, `DECIMAL(10,2)`, `ARRAY`.
        text: The value; none for null.
        elements: Of an array; of a map each key and then its value.
    """

    type: str
    text: str | None = None
    elements: tuple[Parameter, ...] = ()

    @property
    def kind(self) -> str:
        """The type without its lengths and parts."""
        return self.type.upper().split("(")[0].split("<")[0]

    def value(self) -> object:
        """Return the Python value, for engines that take those.

        Raises:
            StatementError: The type is not known, or the text not of the type.
        """
        if self.kind in ("ARRAY", "MAP"):
            values = [element.value() for element in self.elements]
            pairs = zip(values[::2], values[1::2], strict=False)
            return values if self.kind == "ARRAY" else dict(pairs)
        if self.text is None or self.kind == "VOID":
            return None
        if self.kind not in READERS:
            raise StatementError(
                f"[UNSUPPORTED_DATATYPE] A parameter cannot be of type {self.type}.",
                "0A000",
            )
        try:
            return READERS[self.kind](self.text)
        except (ValueError, KeyError, ArithmeticError) as error:
            raise StatementError(
                f"[CAST_INVALID_INPUT] The parameter '{self.text}' is not of type"
                f" {self.type}.",
                "22018",
            ) from error

    def column(self) -> Column:
        """Return the value as Spark computes it, which knows types that Python lacks.

        Timestamps without an offset are of the session's time zone, as in a literal.
        """
        from pyspark.sql import functions

        elements = [element.column() for element in self.elements]
        if self.kind == "ARRAY":
            return functions.array(*elements)
        if self.kind == "MAP":
            return functions.create_map(*elements)
        if self.kind == "VOID":
            return functions.lit(None)
        return functions.lit(self.text).cast(self.type)


def bound_parameters(parameters: Sequence[Any]) -> Parameters | None:
    """Return the parameters by name, or in their order.

    Args:
        parameters: `TSparkParameter`s, all with a name or all without.
    """
    if not parameters:
        return None
    if all(parameter.name for parameter in parameters):
        return {parameter.name: received(parameter) for parameter in parameters}
    return [received(parameter) for parameter in parameters]


def received(parameter: Any) -> Parameter:
    """Return a `TSparkParameter`, or one of its arguments, as a parameter."""
    # The text of an argument is a string, that of a parameter is in an object.
    text = getattr(parameter.value, "stringValue", parameter.value)
    elements = tuple(map(received, parameter.arguments or ()))
    return Parameter(str(parameter.type), text, elements)


def python_value(value: object) -> object:
    """Return a parameter as a Python value."""
    return value.value() if isinstance(value, Parameter) else value


def spark_arguments(
    spark: SparkSession, statement: str, parameters: Parameters
) -> tuple[str, dict[str, Column]]:
    """Return a statement with names for all its parameters, and their values.

    Spark 4.1 mixes the values up where more than four have no name.
    """
    if not isinstance(parameters, Mapping):
        statement = with_names(statement)
        parameters = {_position(at): value for at, value in enumerate(parameters)}
    return statement, dict(zip(parameters, literals(spark, parameters), strict=True))


def with_names(statement: str) -> str:
    """Return a statement with a name in place of each question mark."""
    read = Statement.read(statement)
    marks = [token for token in read.tokens if token.word == "?"]
    return read.edited(
        Edit(token.start, token.end, f":{_position(at)}")
        for at, token in enumerate(marks)
    )


def _position(at: int) -> str:
    return f"position_{at}"


def literals(spark: SparkSession, parameters: Mapping[str, object]) -> list[Column]:
    """Return values as literals: Spark takes no casts for parameters.

    What is not of its type fails here with Spark's own error.
    """
    from pyspark.sql import Column, functions

    columns = [
        value.column() if isinstance(value, Parameter) else functions.lit(value)
        for value in parameters.values()
    ]
    query = spark.sql("select 1").select(*columns)
    folded = query._jdf.queryExecution().optimizedPlan().expressions()
    as_column = spark._jvm.org.apache.spark.sql.classic.ExpressionUtils.column
    return [Column(as_column(folded.apply(at).child())) for at in range(len(columns))]
