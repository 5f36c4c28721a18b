"""The comparison of two engines sees every kind of difference, and says where it is."""

import datetime as dt
from collections.abc import Callable
from decimal import Decimal
from pathlib import Path
from typing import Any

import duckdb
import pyarrow as pa
import pytest

from tests.python.support.parity import Comparison, compare

SCHEMA = pa.schema(
    [
        ("order_id", pa.string()),
        ("line_number", pa.int32()),
        ("line_count", pa.int64()),
        ("gross_amount", pa.decimal128(18, 4)),
        ("probability", pa.float64()),
        ("is_valid", pa.bool_()),
        ("order_date", pa.date32()),
        ("ordered_at", pa.timestamp("us", tz="UTC")),
    ]
)
LOCAL = """
create schema marts;
create table marts.orders (
    order_id varchar, line_number integer, line_count bigint,
    gross_amount decimal(18, 4), probability double, is_valid boolean,
    order_date date, ordered_at timestamp
);
insert into marts.orders values
    ('a', 1, 2, 1.0050, 0.3, true, '2025-06-30', '2025-06-30 23:59:59.000001'),
    ('a', 2, 2, -1.0050, 0.0, false, null, '1969-12-31 23:59:59.999999'),
    ('ب', null, null, null, null, null, '1197-05-01', null);
"""
UTC = dt.UTC
ROWS: list[dict[str, Any]] = [
    {
        "order_id": "a",
        "line_number": 1,
        "line_count": 2,
        "gross_amount": Decimal("1.0050"),
        "probability": 0.3,
        "is_valid": True,
        "order_date": dt.date(2025, 6, 30),
        "ordered_at": dt.datetime(2025, 6, 30, 23, 59, 59, 1, tzinfo=UTC),
    },
    {
        "order_id": "a",
        "line_number": 2,
        "line_count": 2,
        "gross_amount": Decimal("-1.0050"),
        "probability": 0.0,
        "is_valid": False,
        "order_date": None,
        "ordered_at": dt.datetime(1969, 12, 31, 23, 59, 59, 999999, tzinfo=UTC),
    },
    {"order_id": "ب", "order_date": dt.date(1197, 5, 1)},
]
KEY = ("order_id", "line_number")
TABLE = "marts.orders"

Compare = Callable[..., Comparison]


@pytest.fixture(scope="module")
def compared(tmp_path_factory: pytest.TempPathFactory) -> Compare:
    """Compares the table above with rows of a warehouse."""
    database: Path = tmp_path_factory.mktemp("parity") / "local.duckdb"
    with duckdb.connect(str(database)) as connection:
        connection.execute(LOCAL)

    def run(
        rows: list[dict[str, Any]] = ROWS,
        schema: pa.Schema = SCHEMA,
        key: tuple[str, ...] = KEY,
        centred: tuple[str, ...] = (),
    ) -> Comparison:
        table = pa.Table.from_pylist(rows, schema=schema)
        return compare(database, {TABLE: key}, lambda _: table, centred)

    return run


def changed(position: int, **values: Any) -> list[dict[str, Any]]:
    """The rows with other values in one of them."""
    return [
        {**row, **values} if number == position else row
        for number, row in enumerate(ROWS)
    ]


@pytest.mark.parametrize("key", [KEY, ()], ids=["keyed", "multiset"])
def test_equal_tables_are_equal(compared: Compare, key: tuple[str, ...]) -> None:
    found = compared(key=key)
    assert found.mismatches == []
    assert found.rows == {TABLE: 3}
    assert found.values == 3 * len(SCHEMA)


def test_the_order_of_rows_does_not_matter(compared: Compare) -> None:
    assert compared(ROWS[::-1]).mismatches == []
    assert compared(ROWS[::-1], key=()).mismatches == []


VALUES: dict[str, Any] = {
    "line_count": 3,
    "gross_amount": Decimal("1.0051"),
    "probability": 0.3 * (1 + 1e-8),
    "is_valid": False,
    "order_date": dt.date(2025, 7, 1),
    "ordered_at": dt.datetime(2025, 6, 30, 23, 59, 59, 2, tzinfo=UTC),
}


@pytest.mark.parametrize("column", VALUES)
def test_another_value_is_named_with_table_key_and_both_values(
    compared: Compare, column: str
) -> None:
    found = compared(changed(0, **{column: VALUES[column]}))
    [mismatch] = found.mismatches
    assert (mismatch.table, mismatch.column, mismatch.count) == (TABLE, column, 1)
    assert "order_id='a', line_number=1: local " in str(found)
    assert f"{TABLE}.{column}: 1 of 3 rows differ" in str(found)


@pytest.mark.parametrize("column", [name for name in SCHEMA.names if name not in KEY])
def test_null_is_no_value(compared: Compare, column: str) -> None:
    [mismatch] = compared(changed(0, **{column: None})).mismatches
    assert mismatch.column == column
    assert "warehouse None" in str(mismatch)


def test_a_value_is_not_null(compared: Compare) -> None:
    [mismatch] = compared(changed(2, probability=0.0)).mismatches
    assert "order_id='ب', line_number=None: local None, warehouse 0.0" in str(mismatch)


def test_doubles_may_differ_in_their_last_digits(compared: Compare) -> None:
    assert compared(changed(0, probability=0.3 * (1 + 1e-10))).mismatches == []
    assert compared(changed(1, probability=-0.0)).mismatches == []
    assert compared(changed(1, probability=1e-300)).mismatches != []
    assert compared(changed(0, probability=float("nan"))).mismatches != []
    assert compared(changed(0, probability=float("inf"))).mismatches != []


def test_only_named_columns_count_as_one_at_least(compared: Compare) -> None:
    rows = changed(1, probability=1e-10)
    assert compared(rows, centred=(f"{TABLE}.probability",)).mismatches == []
    assert compared(rows, centred=("other.probability",)).mismatches != []
    coarse = changed(1, probability=1e-8)
    assert compared(coarse, centred=(f"{TABLE}.probability",)).mismatches != []


def test_strings_are_compared_byte_by_byte(compared: Compare) -> None:
    assert len(compared(changed(2, order_id="ب ")).mismatches) == 2


@pytest.mark.parametrize("key", [KEY, ()], ids=["keyed", "multiset"])
def test_missing_and_further_rows(compared: Compare, key: tuple[str, ...]) -> None:
    [missing] = compared(ROWS[1:], key=key).mismatches
    assert "1 rows only on local" in str(missing)
    assert "order_id='a'" in str(missing)
    [further] = compared([*ROWS, {"order_id": "c"}], key=key).mismatches
    assert "1 rows only on warehouse" in str(further)
    assert "order_id='c'" in str(further)


def test_a_repeated_row(compared: Compare) -> None:
    [repeated] = compared([*ROWS, ROWS[0]]).mismatches
    assert "1 keys stand more than once on warehouse" in str(repeated)
    [further] = compared([*ROWS, ROWS[0]], key=()).mismatches
    assert "1 rows only on warehouse" in str(further)


def test_doubles_of_rows_without_a_key(compared: Compare) -> None:
    close = changed(0, probability=0.3 * (1 + 1e-10))
    assert compared(close, key=()).mismatches == []
    [mismatch] = compared(changed(0, probability=0.31), key=()).mismatches
    assert mismatch.column == "probability"


def test_an_empty_table_is_a_mismatch(compared: Compare) -> None:
    found = compared([])
    assert "no rows on warehouse" in str(found)


@pytest.mark.parametrize(
    ("column", "kind", "words"),
    [
        ("line_number", pa.int64(), "type local int, warehouse bigint"),
        ("line_count", pa.int32(), "type local bigint, warehouse int"),
        (
            "gross_amount",
            pa.decimal128(18, 5),
            "warehouse decimal(18,5)",
        ),
        ("gross_amount", pa.float64(), "decimal(18,4), warehouse double"),
        ("ordered_at", pa.timestamp("us"), "warehouse no counterpart of timestamp[us]"),
        ("order_date", pa.timestamp("us", tz="UTC"), "date, warehouse timestamp"),
    ],
)
def test_another_type(
    compared: Compare, column: str, kind: pa.DataType, words: str
) -> None:
    position = SCHEMA.get_field_index(column)
    schema = SCHEMA.set(position, pa.field(column, kind))
    table = pa.Table.from_pylist(ROWS, schema=SCHEMA).cast(schema, safe=False)
    found = compared(table.to_pylist(), schema, key=("order_id", "is_valid"))
    [mismatch] = found.mismatches
    assert mismatch.column == column
    assert words in str(mismatch)


def test_missing_further_and_moved_columns(compared: Compare) -> None:
    position = SCHEMA.get_field_index("is_valid")
    [missing] = compared(schema=SCHEMA.remove(position)).mismatches
    assert "is_valid: type local boolean, warehouse missing" in str(missing)
    further = SCHEMA.append(pa.field("note", pa.string()))
    [mismatch] = compared(schema=further).mismatches
    assert "note: type local missing, warehouse string" in str(mismatch)
    moved = SCHEMA.remove(position).append(SCHEMA.field(position))
    [mismatch] = compared(schema=moved).mismatches
    assert "another order" in str(mismatch)


def test_a_key_that_is_not_in_both(compared: Compare) -> None:
    position = SCHEMA.get_field_index("line_number")
    found = compared(schema=SCHEMA.remove(position))
    assert "key columns ['line_number'] are not in both" in str(found)
