"""Read-only access to the DuckDB file that dbt built."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import duckdb
import pyarrow as pa

BATCH_ROWS = 65_536

Row = tuple[Any, ...]


class WarehouseError(Exception):
    """The file cannot be read, or lacks marts; the message says what to do."""


class Warehouse:
    """A DuckDB file, opened to be read."""

    def __init__(self, path: Path, connection: duckdb.DuckDBPyConnection) -> None:
        """Reads from `connection`; names `path` in errors."""
        self._path = path
        self._connection = connection

    def rows(self, query: str, parameters: list[Any] | None = None) -> list[Row]:
        """All rows of a query over what was built."""
        return self._execute(query, parameters).fetchall()

    def reader(self, query: str) -> pa.RecordBatchReader:
        """The rows of a query as Arrow batches; read them before the next query."""
        return self._execute(query).to_arrow_reader(BATCH_ROWS)

    def _execute(
        self, query: str, parameters: list[Any] | None = None
    ) -> duckdb.DuckDBPyConnection:
        try:
            return self._connection.execute(query, parameters or [])
        except (duckdb.CatalogException, duckdb.BinderException) as error:
            reason = str(error).splitlines()[0]
            raise WarehouseError(
                f"{self._path} is not a complete build ({reason}): run `dbt build`."
            ) from error


@contextmanager
def open_warehouse(path: Path) -> Iterator[Warehouse]:
    """Opens the file read-only and closes it at the end."""
    if not path.exists():
        raise WarehouseError(
            f"there is no DuckDB file {path}: run `make demo` or `dbt build` first."
        )
    try:
        connection = duckdb.connect(str(path), read_only=True)
    except duckdb.Error as error:
        reason = str(error).splitlines()[0]
        raise WarehouseError(f"{path} cannot be opened: {reason}") from error
    with connection:
        yield Warehouse(path, connection)
