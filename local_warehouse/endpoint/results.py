"""Answers as the Thrift protocol carries them: types, Arrow schema, pages."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import pyarrow as pa
from databricks.sql.thrift_api.TCLIService import ttypes

from local_warehouse.errors import StatementError

if TYPE_CHECKING:
    from pyspark.sql import Column, DataFrame
    from pyspark.sql.types import DataType

OK = ttypes.TStatus(statusCode=ttypes.TStatusCode.SUCCESS_STATUS)
MAX_PAGE_ROWS = 200_000

TYPE_IDS = {
    pa.bool_(): ttypes.TTypeId.BOOLEAN_TYPE,
    pa.int8(): ttypes.TTypeId.TINYINT_TYPE,
    pa.int16(): ttypes.TTypeId.SMALLINT_TYPE,
    pa.int32(): ttypes.TTypeId.INT_TYPE,
    pa.int64(): ttypes.TTypeId.BIGINT_TYPE,
    pa.float32(): ttypes.TTypeId.FLOAT_TYPE,
    pa.float64(): ttypes.TTypeId.DOUBLE_TYPE,
    pa.string(): ttypes.TTypeId.STRING_TYPE,
    pa.binary(): ttypes.TTypeId.BINARY_TYPE,
    pa.date32(): ttypes.TTypeId.DATE_TYPE,
    pa.null(): ttypes.TTypeId.NULL_TYPE,
}
NESTED_TYPE_IDS = (
    (pa.types.is_map, ttypes.TTypeId.MAP_TYPE),
    (pa.types.is_list, ttypes.TTypeId.ARRAY_TYPE),
    (pa.types.is_struct, ttypes.TTypeId.STRUCT_TYPE),
    (pa.types.is_timestamp, ttypes.TTypeId.TIMESTAMP_TYPE),
)


@dataclass(frozen=True)
class Wanted:
    """What a client can read, and how much of it.

    Attributes:
        nested: Structs, arrays and maps as Arrow; otherwise as JSON text.
        row_limit: Rows after which the answer ends, if any.
    """

    nested: bool = True
    row_limit: int | None = None


def fetch(answer: DataFrame | pa.Table, wanted: Wanted) -> pa.Table:
    """Run a query to its end and return its rows.

    Args:
        answer: A query that was not evaluated yet, or rows from the catalog.
        wanted: What the client can read.

    Raises:
        StatementError: A column is of a type that the protocol does not know.
    """
    if isinstance(answer, pa.Table):
        column_descriptions(answer.schema)
        limit = answer.num_rows if wanted.row_limit is None else wanted.row_limit
        return answer.slice(0, min(limit, answer.num_rows))
    if not answer.columns:
        return pa.table({})
    if wanted.row_limit is not None:
        answer = answer.limit(wanted.row_limit)
    table = readable(answer, wanted).toArrow()
    column_descriptions(table.schema)
    return table


def readable(answer: DataFrame, wanted: Wanted) -> DataFrame:
    """Turn columns that the client cannot read into text."""
    from pyspark.sql import functions

    names = [f"_{position}" for position in range(len(answer.columns))]
    # By position: a query may give two columns the same name.
    columns = [
        _readable_column(functions.col(name), field.dataType, wanted)
        for name, field in zip(names, answer.schema.fields, strict=True)
    ]
    if all(column is None for column in columns):
        return answer
    selected = [
        functions.col(name) if column is None else column
        for name, column in zip(names, columns, strict=True)
    ]
    return answer.toDF(*names).select(*selected).toDF(*answer.columns)


def _readable_column(
    column: Column, data_type: DataType, wanted: Wanted
) -> Column | None:
    """Return the column as it can be read, or nothing where it can stay as it is."""
    from pyspark.sql import functions

    name = data_type.typeName()
    if name in ("array", "map", "struct") and wanted.nested:
        # Arrow refuses what Spark declares as never null within a struct.
        return column.cast(data_type.toNullable())
    if name in ("array", "map", "struct"):
        return functions.to_json(column)
    if name == "variant":
        return functions.to_json(column)
    # Databricks has no type for a time of day.
    return column.cast("string") if "interval" in name or name == "time" else None


def column_descriptions(schema: pa.Schema) -> list[Any]:
    """Return a `TColumnDesc` for each column."""
    return [
        ttypes.TColumnDesc(
            columnName=field.name,
            position=position,
            typeDesc=ttypes.TTypeDesc(
                [ttypes.TTypeEntry(primitiveEntry=_type_entry(field.type))]
            ),
        )
        for position, field in enumerate(schema, start=1)
    ]


def _type_entry(arrow_type: pa.DataType) -> Any:
    if pa.types.is_decimal(arrow_type):
        qualifiers = {
            "precision": ttypes.TTypeQualifierValue(i32Value=arrow_type.precision),
            "scale": ttypes.TTypeQualifierValue(i32Value=arrow_type.scale),
        }
        return ttypes.TPrimitiveTypeEntry(
            type=ttypes.TTypeId.DECIMAL_TYPE,
            typeQualifiers=ttypes.TTypeQualifiers(qualifiers),
        )
    for is_type, type_id in NESTED_TYPE_IDS:
        if is_type(arrow_type):
            return ttypes.TPrimitiveTypeEntry(type=type_id)
    type_id = TYPE_IDS.get(arrow_type)
    if type_id is None:
        raise StatementError(
            f"[UNSUPPORTED_DATATYPE] A column of type {arrow_type} cannot be sent: cast"
            " it to string.",
            "0A000",
        )
    return ttypes.TPrimitiveTypeEntry(type=type_id)


def metadata(table: pa.Table) -> Any:
    """Return the `TGetResultSetMetadataResp` of an answer."""
    return ttypes.TGetResultSetMetadataResp(
        status=OK,
        schema=ttypes.TTableSchema(column_descriptions(table.schema)),
        resultFormat=ttypes.TSparkRowSetType.ARROW_BASED_SET,
        lz4Compressed=False,
        arrowSchema=table.schema.serialize().to_pybytes(),
    )


@dataclass
class Pages:
    """An answer that is handed out page by page."""

    table: pa.Table
    offset: int = 0

    def next(self, max_rows: int | None, max_bytes: int | None) -> Any:
        """Return the next `TFetchResultsResp`.

        Args:
            max_rows: Rows at most; nothing or zero for the server's own limit.
            max_bytes: Bytes of the page, roughly; at least one row is sent.
        """
        rows = min(max_rows or MAX_PAGE_ROWS, MAX_PAGE_ROWS)
        if max_bytes and self.table.num_rows:
            row_bytes = max(1, self.table.nbytes // self.table.num_rows)
            rows = max(1, min(rows, max_bytes // row_bytes))
        # A slice of a table without columns has as many rows as were asked for.
        rows = min(rows, self.table.num_rows - self.offset)
        page = self.table.slice(self.offset, rows)
        start, self.offset = self.offset, self.offset + page.num_rows
        return ttypes.TFetchResultsResp(
            status=OK,
            hasMoreRows=self.offset < self.table.num_rows,
            results=ttypes.TRowSet(
                startRowOffset=start, rows=[], arrowBatches=arrow_batches(page)
            ),
        )

    @property
    def is_read(self) -> bool:
        """Whether the last page was handed out."""
        return bool(self.offset >= self.table.num_rows)


def arrow_batches(page: pa.Table) -> list[Any]:
    """Return the record batches of a page, without their schema."""
    return [
        ttypes.TSparkArrowBatch(
            batch=batch.serialize().to_pybytes(), rowCount=batch.num_rows
        )
        for batch in page.combine_chunks().to_batches()
    ]
