"""Types: the fast path of a column and the exact path of a value agree."""

from __future__ import annotations

import datetime as dt
import json
import math
from decimal import Decimal
from typing import Any

import pyarrow as pa
import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from ingestion.contract import Column
from ingestion.datatypes import arrow_type
from ingestion.digests import row_digests
from ingestion.json_text import parse_json
from ingestion.typed import _one_by_one, type_column
from ingestion.values import canonical_json, converter, to_string

TYPES = [
    "string",
    "int",
    "bigint",
    "double",
    "boolean",
    "date",
    "timestamp",
    "decimal(18,4)",
    "decimal(38,0)",
]
UTC = dt.UTC


def convert(data_type: str, value: object) -> object:
    return converter(arrow_type(data_type))(value)


@pytest.mark.parametrize(
    ("data_type", "value", "expected"),
    [
        ("string", 1.0, "1"),
        ("string", 1, "1"),
        ("string", Decimal("10.50"), "10.50"),
        ("string", 1e25, "10000000000000000000000000"),
        ("string", True, "true"),
        ("string", "", ""),
        ("string", b"a\xff", "a\ufffd"),
        ("string", "a\ud800b", "a\ufffdb"),
        ("string", "\ud83d\ude00", "😀"),
        ("string", {"b": 1, "a": [None]}, '{"a":[null],"b":1}'),
        ("string", dt.date(2025, 1, 2), "2025-01-02"),
        ("int", "5", 5),
        ("int", "+5", 5),
        ("int", " 5.0 ", 5),
        ("int", 5.0, 5),
        ("int", "", None),
        ("bigint", 2**62, 2**62),
        ("double", "1e3", 1000.0),
        ("double", Decimal("0.1"), 0.1),
        ("boolean", "TRUE", True),
        ("boolean", 0, False),
        ("boolean", "", None),
        ("date", "2025-01-02", dt.date(2025, 1, 2)),
        ("date", "2025-01-02T01:00:00+03:00", dt.date(2025, 1, 1)),
        ("date", " ", None),
        ("timestamp", "2025-01-02T03:04:05Z", dt.datetime(2025, 1, 2, 3, 4, 5, 0, UTC)),
        ("timestamp", "2025-01-02 03:04", dt.datetime(2025, 1, 2, 3, 4, 0, 0, UTC)),
        (
            "timestamp",
            "2025-01-02T03:04:05.123456789+0100",
            dt.datetime(2025, 1, 2, 2, 4, 5, 123456, UTC),
        ),
        ("timestamp", dt.date(2025, 1, 2), dt.datetime(2025, 1, 2, 0, 0, 0, 0, UTC)),
        ("decimal(18,4)", "1.00005", Decimal("1.0001")),
        ("decimal(18,4)", "-1.00005", Decimal("-1.0001")),
        ("decimal(18,4)", 0.1, Decimal("0.1000")),
        ("decimal(18,4)", "1e-5", Decimal("0.0000")),
        ("decimal(18,4)", 3, Decimal("3.0000")),
    ],
)
def test_value_that_fits(data_type: str, value: object, expected: object) -> None:
    assert convert(data_type, value) == expected


@pytest.mark.parametrize(
    ("data_type", "value"),
    [
        ("int", 2**31),
        ("int", "5.5"),
        ("int", True),
        ("int", "\u0665"),
        ("int", "1_0"),
        ("bigint", 2**63),
        ("bigint", "1e3"),
        ("double", math.nan),
        ("double", "inf"),
        ("double", True),
        ("double", 10**400),
        ("boolean", "maybe"),
        ("boolean", 2),
        ("date", "2025-02-30"),
        ("date", "30/01/2025"),
        ("date", 20250101),
        ("date", "20250101"),
        ("timestamp", "2025-01-01T25:00:00Z"),
        ("timestamp", 1_700_000_000),
        ("timestamp", "1700000000000"),
        ("timestamp", "0000-00-00 00:00:00"),
        ("timestamp", "9999-12-31T23:59:59-05:00"),
        ("timestamp", {}),
        ("decimal(18,4)", "1e14"),
        ("decimal(18,4)", "99999999999999.99995"),
        ("decimal(18,4)", "1e999999"),
        ("decimal(18,4)", "NaN"),
        ("decimal(18,4)", Decimal("Infinity")),
        ("decimal(18,4)", "1,5"),
        ("decimal(18,4)", False),
    ],
)
def test_value_that_does_not_fit(data_type: str, value: object) -> None:
    with pytest.raises(ValueError, match=r"^(is not|does not fit)") as caught:
        convert(data_type, value)
    assert str(value) not in str(caught.value)


DAYS = st.dates(dt.date(1, 1, 2), dt.date(9999, 12, 30))
TIMES = st.datetimes(dt.datetime(1, 1, 2), dt.datetime(9999, 12, 30))
AWARE_TIMES = st.tuples(TIMES, st.integers(-14, 14)).map(
    lambda pair: pair[0].replace(tzinfo=dt.timezone(dt.timedelta(hours=pair[1])))
)
TEXTS = st.one_of(
    st.text(max_size=6),
    st.integers(-(2**70), 2**70).map(str),
    st.floats(allow_nan=True).map(str),
    st.decimals().map(str),
    st.sampled_from(["true", "FALSE", "1", "0", "", " ", "2024-01-01T10", "+5"]),
    DAYS.map(str),
    TIMES.map(lambda time: time.isoformat()),
    TIMES.map(lambda time: time.isoformat(" ") + "+02:00"),
    TIMES.map(lambda time: time.isoformat()[:16] + "Z"),
)
SCALARS = st.one_of(
    st.booleans(),
    st.integers(-(2**70), 2**70),
    st.floats(),
    st.decimals(),
    DAYS,
    TIMES,
    AWARE_TIMES,
    st.binary(max_size=4),
)
COLUMNS = st.one_of(
    st.lists(st.one_of(st.none(), TEXTS), max_size=5),
    st.lists(st.one_of(st.none(), SCALARS), max_size=5),
    st.lists(st.one_of(st.none(), TIMES, AWARE_TIMES), max_size=5),
    st.lists(st.one_of(st.none(), st.integers(), st.floats()), max_size=5),
    st.lists(st.one_of(st.none(), TEXTS, SCALARS), max_size=5),
)


@pytest.mark.parametrize("data_type", TYPES)
@given(values=COLUMNS)
# Arrow makes a negative number of both.
@example(values=[2.1417175731078154e46])
@example(values=["21417175731078154" + "0" * 30])
def test_fast_and_exact_paths_agree(data_type: str, values: list[Any]) -> None:
    column = Column(name="c", data_type=data_type)
    array, broken = type_column(values, column, len(values))
    expected, expected_broken = _one_by_one(values, arrow_type(data_type))
    assert broken == expected_broken
    assert array.type == expected.type
    assert array.equals(expected)


@given(
    st.recursive(
        st.one_of(
            st.none(),
            st.booleans(),
            st.integers(),
            st.floats(),
            st.text(),
            st.text(st.characters(categories=["Cs"]), max_size=2),
        ),
        lambda inner: st.lists(inner) | st.dictionaries(st.text(), inner),
        max_leaves=10,
    )
)
def test_json_is_always_valid(value: Any) -> None:
    text = canonical_json(value)
    json.loads(text, parse_constant=pytest.fail)
    text.encode()


def test_json_ignores_the_order_of_keys() -> None:
    assert canonical_json({"b": 1, "a": Decimal("1.10")}) == '{"a":1.1,"b":1}'


def test_deep_nesting_ends() -> None:
    value: Any = 1
    for _ in range(100_000):
        value = [value]
    text = canonical_json(value)
    assert text.count("[") == text.count("]") == 100_000
    json.loads(text)


def test_what_is_nested_deep_is_read_and_kept() -> None:
    """The part that is nested too deep is text; all beside it is as ever."""
    deep = '[{"a": ' * 3_000 + '"]\\"["' + "}]" * 3_000
    found = parse_json(f'{{"deep": {deep}, "beside": [[1.50], "[[", {{}}]}}')
    assert found["beside"] == [[Decimal("1.50")], "[[", {}]
    text = canonical_json(found)
    assert json.loads(text)["beside"] == [[1.5], "[[", {}]
    inner = found["deep"]
    for _ in range(99):
        inner = inner[0]["a"]
    assert inner[0] == deep[len('[{"a": ') * 99 + 1 : -2 * 99 - 1]
    assert canonical_json(parse_json(text)) == text


@pytest.mark.parametrize("text", ["[" * 5_000, '{"a": ' * 2_000 + "1}", "[1", ""])
def test_broken_json_stays_broken(text: str) -> None:
    with pytest.raises(ValueError, match=r"."):
        parse_json(text)


@given(
    st.lists(
        st.tuples(st.text(max_size=3) | st.none(), st.text(max_size=3) | st.none()),
        max_size=6,
    )
)
def test_digests_differ_exactly_where_rows_do(rows: list[tuple[Any, Any]]) -> None:
    arrays = [pa.array([row[i] for row in rows], pa.string()) for i in range(2)]
    batch = pa.RecordBatch.from_arrays(arrays, names=["a", "b"])
    digests = row_digests(batch, ["a", "b"])
    assert len(set(digests)) == len(set(rows))
    assert dict(zip(digests, rows, strict=True)) == {
        digest: row for digest, row in zip(digests, rows, strict=True)
    }


def test_long_text_stays_whole() -> None:
    assert len(to_string("ع" * 5_000_000)) == 5_000_000
