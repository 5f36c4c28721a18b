"""Answers on the wire: paging, types, and what the connector makes of them."""

from __future__ import annotations

import datetime
from collections.abc import Iterator
from decimal import Decimal

import pyarrow as pa
import pytest
from databricks.sql.backend.thrift_backend import ThriftDatabricksClient
from databricks.sql.thrift_api.TCLIService import ttypes
from databricks.sql.utils import (
    convert_arrow_based_set_to_arrow_table,
    convert_decimals_in_arrow_table,
)
from hypothesis import given
from hypothesis import strategies as st

from local_warehouse.endpoint.results import (
    MAX_PAGE_ROWS,
    Pages,
    Wanted,
    column_descriptions,
    fetch,
    metadata,
)
from local_warehouse.errors import StatementError

ANY_LIMIT = st.none() | st.integers(0, 300)


def all_pages(table: pa.Table, max_rows: int | None, max_bytes: int | None) -> Iterator:
    """Return every page of an answer, as a client asks for them."""
    pages = Pages(table)
    while True:
        page = pages.next(max_rows, max_bytes)
        yield page
        assert page.hasMoreRows is not pages.is_read
        if not page.hasMoreRows:
            return


def as_client(table: pa.Table, page: ttypes.TFetchResultsResp) -> pa.Table:
    """Return a page as the connector reads it, by its own functions."""
    described = metadata(table)
    rows, count = convert_arrow_based_set_to_arrow_table(
        page.results.arrowBatches, described.lz4Compressed, described.arrowSchema
    )
    assert count == rows.num_rows
    description = [
        ThriftDatabricksClient._col_to_description(column, field)
        for column, field in zip(described.schema.columns, table.schema, strict=True)
    ]
    return convert_decimals_in_arrow_table(rows, description)


def chunked(counts: list[int]) -> pa.Table:
    """Return rows numbered from 0, in chunks of these sizes."""
    schema = pa.schema({"n": pa.int64(), "text": pa.string()})
    batches, start = [], 0
    for count in counts:
        numbers = range(start, start + count)
        texts = [str(number) * (number % 7) for number in numbers]
        batches.append(pa.record_batch([list(numbers), texts], schema=schema))
        start += count
    return pa.Table.from_batches(batches, schema)


@given(st.lists(st.integers(0, 90), max_size=4), ANY_LIMIT, ANY_LIMIT)
def test_every_row_is_on_one_page(
    counts: list[int], max_rows: int | None, max_bytes: int | None
) -> None:
    table = chunked(counts)
    read: list[pa.Table] = []
    for page in all_pages(table, max_rows, max_bytes):
        rows = as_client(table, page)
        assert page.results.startRowOffset == sum(part.num_rows for part in read)
        assert rows.num_rows <= (max_rows or table.num_rows)
        assert rows.num_rows or not table.num_rows
        read.append(rows)
    assert pa.concat_tables(read).to_pylist() == table.to_pylist()


def test_page_is_about_as_large_as_wanted() -> None:
    table = pa.table({"n": pa.array(range(10_000), pa.int64())})
    pages = list(all_pages(table, None, 8_000))
    assert [page.results.arrowBatches[0].rowCount for page in pages] == [1_000] * 10


def test_page_has_a_limit_of_its_own() -> None:
    table = pa.table({"n": pa.array(range(MAX_PAGE_ROWS + 1), pa.int32())})
    for max_rows in (None, 0, 10**9):
        pages = list(all_pages(table, max_rows, None))
        sizes = [page.results.arrowBatches[0].rowCount for page in pages]
        assert sizes == [MAX_PAGE_ROWS, 1]


def test_row_limit_of_the_client() -> None:
    table = chunked([5])
    assert fetch(table, Wanted(row_limit=2)).num_rows == 2
    assert fetch(table, Wanted()).num_rows == 5


IDS = ttypes.TTypeId
TYPES = [
    (pa.bool_(), IDS.BOOLEAN_TYPE, "boolean", [True, None]),
    (pa.int8(), IDS.TINYINT_TYPE, "tinyint", [-128, None]),
    (pa.int16(), IDS.SMALLINT_TYPE, "smallint", [32767, None]),
    (pa.int32(), IDS.INT_TYPE, "int", [2**31 - 1, None]),
    (pa.int64(), IDS.BIGINT_TYPE, "bigint", [2**63 - 1, None]),
    (pa.float32(), IDS.FLOAT_TYPE, "float", [0.5, None]),
    (pa.float64(), IDS.DOUBLE_TYPE, "double", [0.1, None]),
    (pa.string(), IDS.STRING_TYPE, "string", ["ä'\"", None]),
    (pa.binary(), IDS.BINARY_TYPE, "binary", [b"\x00\xff", None]),
    (pa.date32(), IDS.DATE_TYPE, "date", [datetime.date(2024, 2, 29), None]),
    (
        pa.timestamp("us", "UTC"),
        IDS.TIMESTAMP_TYPE,
        "timestamp",
        [datetime.datetime(2024, 1, 1, 2, 3, 4, 5, datetime.UTC), None],
    ),
    (
        pa.timestamp("us"),
        IDS.TIMESTAMP_TYPE,
        "timestamp",
        [datetime.datetime(2024, 1, 1, 2, 3, 4, 5), None],
    ),
    (
        pa.decimal128(10, 3),
        IDS.DECIMAL_TYPE,
        "decimal",
        [Decimal("-1234567.891"), None],
    ),
    (
        pa.decimal128(38, 0),
        IDS.DECIMAL_TYPE,
        "decimal",
        [Decimal("9" * 38), None],
    ),
    (pa.list_(pa.int32()), IDS.ARRAY_TYPE, "array", [[1, None], [], None]),
    (
        pa.map_(pa.string(), pa.int64()),
        IDS.MAP_TYPE,
        "map",
        [[("a", 1), ("b", None)], None],
    ),
    (
        pa.struct({"a": pa.int32(), "b": pa.list_(pa.string())}),
        IDS.STRUCT_TYPE,
        "struct",
        [{"a": 1, "b": ["x"]}, None],
    ),
    (pa.null(), IDS.NULL_TYPE, "null", [None, None]),
]


@pytest.mark.parametrize(
    ("arrow_type", "type_id", "name", "values"), TYPES, ids=[str(t[0]) for t in TYPES]
)
def test_types(
    arrow_type: pa.DataType, type_id: int, name: str, values: list[object]
) -> None:
    table = pa.table({"x": pa.array(values, arrow_type)})
    [column] = column_descriptions(table.schema)
    assert column.columnName == "x"
    assert column.typeDesc.types[0].primitiveEntry.type == type_id
    description = ThriftDatabricksClient._col_to_description(column, table.schema[0])
    assert description[1] == name
    if name == "decimal":
        assert description[4:6] == (arrow_type.precision, arrow_type.scale)
    [page] = all_pages(table, None, None)
    assert as_client(table, page).equals(table)


def test_answer_without_rows_and_columns() -> None:
    table = fetch(pa.table({}), Wanted(row_limit=100))
    [page] = all_pages(table, 100, 100)
    assert page.results.arrowBatches == []
    assert metadata(table).schema.columns == []


def test_two_columns_of_one_name() -> None:
    table = pa.Table.from_arrays([pa.array([1]), pa.array(["x"])], names=["a", "a"])
    [page] = all_pages(table, None, None)
    assert as_client(table, page).equals(table)


def test_type_that_the_protocol_does_not_know() -> None:
    table = pa.table({"took": pa.array([1], pa.duration("us"))})
    with pytest.raises(StatementError, match=r"duration\[us\] cannot be sent") as error:
        fetch(table, Wanted())
    assert error.value.sql_state == "0A000"
