"""Parameters, as the official connector sends them and as Spark gets them."""

from __future__ import annotations

import datetime
import math
from decimal import Decimal
from typing import Any

import pytest
from databricks.sql.parameters import native
from databricks.sql.parameters.native import dbsql_parameter_from_primitive
from hypothesis import given
from hypothesis import strategies as st

from local_warehouse.errors import StatementError
from local_warehouse.sql.parameters import Parameter, bound_parameters, with_names


def received(*values: object) -> list[object]:
    """Return what the server makes of values that a client gives in their order."""
    sent = [
        dbsql_parameter_from_primitive(value).as_tspark_param(named=False)
        for value in values
    ]
    parameters = bound_parameters(sent)
    assert isinstance(parameters, list)
    return [parameter.value() for parameter in parameters]


VALUES = (
    st.none()
    | st.booleans()
    | st.integers(-(2**63), 2**63 - 1)
    | st.text()
    | st.dates()
    | st.datetimes()
    | st.floats(allow_nan=False)
)


@given(st.lists(VALUES, min_size=1))
def test_values_arrive_as_they_were(values: list[object]) -> None:
    assert received(*values) == values


@given(
    st.decimals(
        min_value=Decimal(-(10**20)), max_value=Decimal(10**20), places=9
    ).filter(lambda value: value.as_tuple().exponent != 0)
)
def test_decimals_keep_every_digit(value: Decimal) -> None:
    [arrived] = received(value)
    assert isinstance(arrived, Decimal)
    assert arrived.as_tuple() == value.as_tuple()


def test_not_a_number() -> None:
    [arrived] = received(math.nan)
    assert math.isnan(arrived)


@pytest.mark.parametrize(
    "parameter",
    [
        native.TinyIntParameter(-128),
        native.SmallIntParameter(32767),
        native.IntegerParameter(2**31 - 1),
        native.BigIntegerParameter(2**63 - 1),
        native.FloatParameter(0.5),
        native.DoubleParameter(1e300),
        native.StringParameter('it\'s "quoted" \\ `so`'),
        native.BooleanParameter(False),
        native.DateParameter(datetime.date(2024, 2, 29)),
        native.TimestampParameter(datetime.datetime(2024, 1, 1, 2, 3, 4, 5)),
        native.TimestampNTZParameter(datetime.datetime(2024, 1, 1, 2, 3, 4, 5)),
        native.DecimalParameter(Decimal("1.50"), scale=4, precision=10),
        native.VoidParameter(None),
    ],
    ids=lambda parameter: type(parameter).__name__,
)
def test_each_type_of_the_connector(parameter: Any) -> None:
    parameter.name = "x"
    sent = parameter.as_tspark_param(named=True)
    parameters = bound_parameters([sent])
    assert isinstance(parameters, dict)
    assert parameters["x"].value() == parameter.value


def test_lists_and_maps() -> None:
    day = datetime.date(2024, 1, 1)
    assert received([1, 2], {"a": Decimal("1.5")}, [[day], [day]]) == [
        [1, 2],
        {"a": Decimal("1.5")},
        [[day], [day]],
    ]


def test_none_in_a_list() -> None:
    assert received([1, None]) == [[1, None]]


def test_empty_list() -> None:
    assert received([]) == [[]]


def test_no_parameters() -> None:
    assert bound_parameters([]) is None


@pytest.mark.parametrize(
    ("type_name", "text"),
    [
        ("INT", "one"),
        ("INT", "1.5"),
        ("DATE", "2024-02-30"),
        ("DECIMAL(10,2)", "1,5"),
        ("TIMESTAMP", "yesterday"),
        ("BOOLEAN", "perhaps"),
    ],
)
def test_text_that_is_not_of_its_type(type_name: str, text: str) -> None:
    with pytest.raises(StatementError, match="CAST_INVALID_INPUT") as raised:
        Parameter(type_name, text).value()
    assert raised.value.sql_state == "22018"
    assert f"'{text}' is not of type {type_name}" in raised.value.message


def test_unknown_type() -> None:
    with pytest.raises(StatementError, match="cannot be of type GEOMETRY") as raised:
        Parameter("GEOMETRY", "POINT(0 0)").value()
    assert raised.value.sql_state == "0A000"


def test_question_marks_get_names() -> None:
    statement = "select ?, '?', `?`, \"?\" -- ?\nfrom f(?) /* ? */ where a?::int > ?"
    assert with_names(statement) == (
        "select :position_0, '?', `?`, \"?\" -- ?\n"
        "from f(:position_1) /* ? */ where a?::int > :position_2"
    )
