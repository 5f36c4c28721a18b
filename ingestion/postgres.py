"""PostgreSQL's rows as text, streamed with COPY: Arrow parses them, Python does not.

The server sends rows as they are read, so that neither side ever holds the table. As
text each value arrives, also those that a driver refuses (`infinity`, years beyond
9999): what a value is, its contract decides, as everywhere.
"""

from __future__ import annotations

import datetime as dt
import json
from collections.abc import Callable, Iterator, Sequence
from decimal import Decimal
from typing import Any

import pyarrow as pa
import sqlalchemy as sa
from pyarrow import csv
from sqlalchemy.dialects import postgresql
from sqlalchemy.dialects.postgresql.base import PGDialect

DRIVER = "psycopg"
BATCH_ROWS = 20_000
# Many wide rows are cut before; one row is never cut.
BATCH_BYTES = 16 * 1024 * 1024
_STEP = 500
# The same text for the same value, whatever the server or the role is set to.
_SETTINGS = {
    "timezone": "UTC",
    "datestyle": "ISO",
    "intervalstyle": "iso_8601",
    "bytea_output": "hex",
    "extra_float_digits": "3",
}
# What the URL says goes first. A host that is gone is noticed after a minute, not after
# two hours.
_CONNECTION = {
    "client_encoding": "utf8",
    "connect_timeout": 30,
    "keepalives_idle": 30,
    "keepalives_interval": 10,
    "keepalives_count": 3,
}
# A database without an encoding would refuse to send what is no UTF-8.
_ENCODING = """select set_config('client_encoding',
    case current_setting('server_encoding') when 'SQL_ASCII' then 'SQL_ASCII'
    else 'UTF8' end, true)"""
_TRUE = {"true": True, "false": False}
_DECIMALS = (sa.Numeric, postgresql.MONEY)


def can_copy(engine: sa.Engine) -> bool:
    """Tell whether the database is read this way."""
    return engine.dialect.name == "postgresql" and engine.dialect.driver == DRIVER


def prepare(engine: sa.Engine) -> None:
    """Have each connection and each transaction begin with our settings."""
    sa.event.listen(engine, "do_connect", _complete)
    sa.event.listen(engine, "begin", _settle)


def selected(name: str, kind: sa.types.TypeEngine[Any]) -> sa.ColumnElement[Any]:
    """Return the column as it is to be selected, so that its text says it well."""
    field: sa.ColumnClause[Any] = sa.column(name)
    if isinstance(kind, sa.Boolean):
        return sa.cast(field, sa.Text).label(name)
    if isinstance(kind, postgresql.MONEY):
        return sa.cast(field, sa.Numeric).label(name)
    if isinstance(kind, sa.ARRAY):
        return sa.func.array_to_json(field).label(name)
    return field


def has_plain_text(kind: sa.types.TypeEngine[Any]) -> bool:
    """Tell whether PostgreSQL's text is what a string column shall hold."""
    return not isinstance(kind, (*_DECIMALS, sa.DateTime, sa.JSON, sa.ARRAY))


def parsed(values: Sequence[str | None], kind: sa.types.TypeEngine[Any]) -> list[Any]:
    """Return texts as Python's values; what has none stays text."""
    parse = _parser(kind)
    return [None if value is None else _tried(parse, value) for value in values]


def batches(
    connection: sa.Connection, query: sa.Select[Any], names: Sequence[str]
) -> Iterator[pa.RecordBatch]:
    """Yield the rows of a query in batches of strings.

    Raises:
        sqlalchemy.exc.DBAPIError: The database refuses, or is gone.
    """
    # With the driver's own style every % would be doubled.
    dialect = PGDialect(paramstyle="named")  # type: ignore[no-untyped-call]
    compiled = query.compile(dialect=dialect, compile_kwargs={"literal_binds": True})
    statement = f"copy ({compiled}) to stdout (format csv)"
    driver: Any = connection.connection.driver_connection
    dbapi: Any = connection.dialect.loaded_dbapi
    try:
        with (
            connection.begin(),
            driver.cursor() as cursor,
            cursor.execute(_ENCODING).copy(statement) as rows,
        ):
            for block in _Copied(dbapi, rows, driver.pgconn).blocks():
                yield _strings(block, names)
    except dbapi.Error as error:
        lost = connection.dialect.is_disconnect(error, driver, None)
        if lost:
            connection.invalidate(error)
        raise sa.exc.DBAPIError.instance(
            None,
            None,
            error,
            dbapi.Error,
            connection_invalidated=lost,
            dialect=connection.dialect,
        ) from error


def _complete(
    dialect: object, record: object, arguments: object, parameters: dict[str, Any]
) -> None:
    for name, value in _CONNECTION.items():
        parameters.setdefault(name, value)


def _settle(connection: sa.Connection) -> None:
    """Set what holds until the transaction ends: others may share the connection."""
    settings = (f"set_config('{name}', '{to}', true)" for name, to in _SETTINGS.items())
    connection.exec_driver_sql(f"select {', '.join(settings)}")


class _Copied:
    """The rows of a COPY, in blocks.

    What has arrived is taken out of the driver's buffer directly: its own loop costs
    more for each row than all else that is done with it. It waits where nothing has
    arrived, so that a wait can be interrupted.
    """

    def __init__(self, dbapi: Any, copy: Any, connection: Any) -> None:
        """Take the driver, its running copy and the connection of libpq."""
        self._dbapi = dbapi
        self._copy = copy
        self._connection = connection
        self._is_done = False

    def blocks(self) -> Iterator[bytes]:
        """Yield whole rows together, as many as are good to handle at once."""
        parts: list[bytes] = []
        count = size = 0
        while not self._is_done:
            rows = self._step()
            # At once: thousands of small objects keep the garbage collector busy.
            parts.append(b"".join(rows))
            count += len(rows)
            size += len(parts[-1])
            if count >= BATCH_ROWS or size >= BATCH_BYTES:
                yield b"".join(parts)
                parts = []
                count = size = 0
        if count:
            yield b"".join(parts)

    def _step(self) -> list[bytes]:
        receive = self._connection.get_copy_data
        rows = []
        for _ in range(_STEP):
            size, row = receive(1)
            if size <= 0:
                break
            rows.append(row)
        else:
            return rows
        if size < 0:
            self._finish()
        elif awaited := bytes(self._copy.read()):
            rows.append(awaited)
        else:
            self._is_done = True
        return rows

    def _finish(self) -> None:
        """Hear how the copy ended."""
        self._is_done = True
        last = None
        while result := self._connection.get_result():
            last = result
        if last and last.status != self._dbapi.pq.ExecStatus.COMMAND_OK:
            raise self._dbapi.errors.error_from_result(last)


def _strings(block: bytes, names: Sequence[str]) -> pa.RecordBatch:
    try:
        table = _read(block, names)
    except pa.ArrowInvalid:
        # Databases without an encoding hold what is no UTF-8.
        table = _read(block.decode("utf-8", "replace").encode(), names)
    [rows] = table.combine_chunks().to_batches()
    return rows


def _read(block: bytes, names: Sequence[str]) -> pa.Table:
    return csv.read_csv(
        pa.BufferReader(block),
        read_options=csv.ReadOptions(
            column_names=list(names), block_size=len(block) + 1, use_threads=False
        ),
        parse_options=csv.ParseOptions(
            newlines_in_values=True, ignore_empty_lines=False
        ),
        convert_options=csv.ConvertOptions(
            column_types=dict.fromkeys(names, pa.string()),
            null_values=[""],
            strings_can_be_null=True,
            quoted_strings_can_be_null=False,
        ),
    )


def _parser(kind: sa.types.TypeEngine[Any]) -> Callable[[str], Any]:
    if isinstance(kind, sa.Boolean):
        return lambda text: _TRUE.get(text, text)
    if isinstance(kind, sa.Float):
        return float
    if isinstance(kind, _DECIMALS):
        return Decimal
    if isinstance(kind, sa.Integer):
        return int
    if isinstance(kind, sa.DateTime):
        return dt.datetime.fromisoformat
    return json.loads if isinstance(kind, sa.JSON | sa.ARRAY) else str


def _tried(parse: Callable[[str], Any], text: str) -> Any:
    try:
        return parse(text)
    except (ValueError, ArithmeticError):
        return text
