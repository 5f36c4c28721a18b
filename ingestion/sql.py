"""Databases through SQLAlchemy: one ordered, streamed query for each table."""

from __future__ import annotations

import datetime as dt
import warnings
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pyarrow as pa
import sqlalchemy as sa
from sqlalchemy.exc import (
    ArgumentError,
    NoSuchModuleError,
    NoSuchTableError,
    SAWarning,
    SQLAlchemyError,
)

from ingestion import cursors, postgres
from ingestion.contract import (
    Column,
    Source,
    Table,
)
from ingestion.contract_sources import (
    SqlSource,
)
from ingestion.errors import (
    ConnectionLostError,
    SettingsError,
    SourceError,
    UnreachableError,
)
from ingestion.records import column_source, unknown_columns
from ingestion.redaction import brief
from ingestion.sources import Window
from ingestion.typed import RawBatch
from ingestion.values import canonical_json

BATCH_ROWS = 10_000


class SqlReader:
    """An open database."""

    def __init__(self, source: Source, url: str) -> None:
        """Prepare an engine; the first table connects.

        Raises:
            SettingsError: The URL is none, its driver is not installed, or it names a
                file that is not there.
        """
        settings = source.settings
        if not isinstance(settings, SqlSource):
            raise TypeError(f"{source.name} is no database")
        self.name = source.name
        self.schema = settings.db_schema
        self._variable = settings.url_env
        self.engine = self._create(url)

    def read(self, table: Table, window: Window) -> SqlReading:
        """Begin a pass over one table."""
        with self.errors(table.name):
            return SqlReading(self, table, window)

    def close(self) -> None:
        """Let go of the connections."""
        self.engine.dispose()

    def _create(self, url: str) -> sa.Engine:
        try:
            # A connection of before a restart of the database is not used again.
            engine = sa.create_engine(_shown_safely(url), pool_pre_ping=True)
        except (NoSuchModuleError, ImportError) as error:
            missing = getattr(error, "name", None) or str(error).rpartition(":")[2]
            raise SettingsError(
                f"{self.name}: the database driver '{missing}' that {self._variable}"
                " asks for is not installed; install it or change the URL"
            ) from None
        except (ArgumentError, ValueError):
            raise SettingsError(
                f"{self.name}: {self._variable} is no SQLAlchemy URL"
                " (dialect+driver://user:password@host/database, with @ : / ? # in the"
                " password percent-encoded)"
            ) from None
        if engine.dialect.name == "sqlite":
            self._check_file(engine.url.database)
            sa.event.listen(engine, "connect", _tolerate_broken_text)
        if postgres.can_copy(engine):
            postgres.prepare(engine)
        return engine

    def _check_file(self, path: str | None) -> None:
        """Refuse a file that is not there: SQLite would make an empty one."""
        if not path or path == ":memory:" or path.startswith("file:"):
            return
        if not Path(path).exists():
            raise SettingsError(
                f"{self.name}: no database at {path}; check {self._variable}"
            )

    @contextmanager
    def errors(self, table: str) -> Iterator[None]:
        """Turn what the database raises into one clear line without the URL."""
        where = f"{self.name}.{table}"
        try:
            yield
        except NoSuchTableError as error:
            raise SourceError(
                f"{where}: the database has no table '{error}'; mend 'table' in the"
                " contract"
            ) from None
        except SQLAlchemyError as error:
            text = brief(getattr(error, "orig", None) or error)
            raise _kind(error)(
                f"{where}: the database says: {text} (check {self._variable})"
            ) from None


class SqlReading:
    """One pass over a table, in the order of cursor and primary key."""

    has_no_duplicates = True

    def __init__(self, reader: SqlReader, table: Table, window: Window) -> None:
        """Look at the table's columns and ask the database for its clock."""
        self._reader = reader
        self._engine = engine = reader.engine
        self._table = table
        self._window = window
        schema = reader.schema
        name = table.settings.table or table.name
        self._types = _column_types(engine, name, schema)
        self._names = list(self._types)
        self._is_copied = postgres.can_copy(engine)
        self._from = sa.table(name, schema=schema)
        self._check_columns(name)
        self.fence = self._clock()
        self.is_ordered = self._sorts_as_we_do()
        self.is_wider = engine.dialect.name == "sqlite"

    def batches(self) -> Iterator[RawBatch]:
        """Yield the rows as the driver gives them, none of them held back."""
        with (
            self._reader.errors(self._table.name),
            self._engine.connect() as connection,
        ):
            query = self._query()
            if self._is_copied:
                for texts in postgres.batches(connection, query, self._names):
                    yield self._text_batch(texts)
                return
            options = {"stream_results": True, "yield_per": BATCH_ROWS}
            result = connection.execution_options(**options).execute(query)
            for rows in result.partitions():
                yield self._batch(rows)

    def _query(self) -> sa.Select[Any]:
        query: sa.Select[Any] = sa.select(
            *(
                postgres.selected(name, kind) if self._is_copied else sa.column(name)
                for name, kind in self._types.items()
            )
        ).select_from(self._from)
        cursor = self._cursor_name()
        keys = [name for name in map(self._source_of, self._key_columns()) if name]
        order = [cursor, *keys] if cursor else keys
        query = query.order_by(*(sa.column(name) for name in dict.fromkeys(order)))
        for condition in (self._condition(), self._end_condition()):
            query = query if condition is None else query.where(condition)
        return query

    def _condition(self) -> sa.ColumnElement[bool] | None:
        """Return the filter on the window; rows without cursor value always pass."""
        column, start, name = (
            self._table.cursor,
            self._window.start,
            self._cursor_name(),
        )
        if start is None or column is None or name is None:
            return None
        field: sa.ColumnClause[Any] = sa.column(name)
        if self._engine.dialect.name == "sqlite" and cursors.is_time(column):
            return _sqlite_condition(field, start)
        bound = _bound(start, column, self._types[name])
        if bound is None:
            return None
        return sa.or_(field >= bound, field.is_(None))

    def _end_condition(self) -> sa.ColumnElement[bool] | None:
        """Return the filter on the end of the window, where the types allow one."""
        column, end, name = self._table.cursor, self._window.end, self._cursor_name()
        if end is None or column is None or name is None:
            return None
        is_text = self._engine.dialect.name == "sqlite" and cursors.is_time(column)
        bound = None if is_text else _bound(end, column, self._types[name])
        return None if bound is None else sa.column(name) < bound

    def _batch(self, rows: Sequence[sa.Row[Any]]) -> RawBatch:
        values = dict(zip(self._names, zip(*rows, strict=True), strict=True))
        found = {}
        for column in self._table.content:
            name = self._source_of(column)
            if name is not None:
                found[column.name] = values[name]
        others = unknown_columns(self._table, self._names)
        return RawBatch(
            size=len(rows),
            columns=found,
            extras=_extras([values[name] for name in others], others),
            payload=lambda index: canonical_json(
                dict(zip(self._names, rows[index], strict=True))
            ),
        )

    def _text_batch(self, texts: pa.RecordBatch) -> RawBatch:
        """Return what PostgreSQL sent as text; Python parses only what has to be."""

        def values(name: str) -> list[Any]:
            column = texts.column(self._names.index(name))
            return postgres.parsed(column.to_pylist(), self._types[name])

        found: dict[str, pa.Array | list[Any]] = {}
        for column in self._table.content:
            name = self._source_of(column)
            if name is None:
                continue
            is_plain = postgres.has_plain_text(self._types[name])
            if column.data_type == "string" and not is_plain:
                found[column.name] = values(name)
            else:
                found[column.name] = texts.column(self._names.index(name))
        others = unknown_columns(self._table, self._names)
        return RawBatch(
            size=texts.num_rows,
            columns=found,
            extras=_extras([values(name) for name in others], others),
            payload=lambda index: canonical_json(self._record(texts, index)),
        )

    def _record(self, texts: pa.RecordBatch, index: int) -> dict[str, Any]:
        return {
            name: postgres.parsed([column[index].as_py()], self._types[name])[0]
            for name, column in zip(self._names, texts.columns, strict=True)
        }

    def _check_columns(self, name: str) -> None:
        missing = [
            column.name
            for column in self._table.content
            if self._source_of(column) is None
            and (column.is_required or column in self._key_columns())
        ]
        if missing:
            raise SourceError(
                f"{self._reader.name}.{self._table.name}: the database table '{name}'"
                f" has no column '{', '.join(missing)}'; mend it or the contract"
            )

    def _key_columns(self) -> list[Column]:
        keys = self._table.settings.primary_key
        return [column for column in self._table.content if column.name in keys]

    def _source_of(self, column: Column) -> str | None:
        return column_source(column, self._names)

    def _cursor_name(self) -> str | None:
        cursor = self._table.cursor
        return None if cursor is None else self._source_of(cursor)

    def _clock(self) -> int | None:
        """Return the database's clock, where the cursor is a time."""
        cursor = self._table.cursor
        if cursor is None or not cursors.is_time(cursor):
            return None
        with self._engine.connect() as connection:
            value = connection.execute(sa.text("select current_timestamp")).scalar()
        return cursors.cursor_value(value, cursor)

    def _sorts_as_we_do(self) -> bool:
        """Tell whether the database sorts cursor values by time or number.

        Text does not sort that way, and SQLite has no type for times.
        """
        name = self._cursor_name()
        if name is None or self._engine.dialect.name == "sqlite":
            return False
        return isinstance(self._types[name], sa.DateTime | sa.Date | sa.Integer)


def _shown_safely(text: str) -> sa.URL:
    """Return a URL with its password where SQLAlchemy does not show it.

    Raises:
        ValueError: A part of the password is taken for host or database.
    """
    url = sa.make_url(text)
    beyond = f"{url.host}{url.database}{text.partition('?')[2]}"
    if url.host and "@" in beyond:
        raise ValueError
    password = url.query.get("password")
    if url.password is None and isinstance(password, str):
        url = url.set(password=password).difference_update_query(["password"])
    return url


def _column_types(
    engine: sa.Engine, name: str, schema: str | None
) -> dict[str, sa.types.TypeEngine[Any]]:
    with warnings.catch_warnings():
        # A type that SQLAlchemy has no name for is read as text.
        warnings.simplefilter("ignore", SAWarning)
        columns = sa.inspect(engine).get_columns(name, schema)
    return {column["name"]: column["type"] for column in columns}


def _bound(start: int, column: Column, kind: sa.types.TypeEngine[Any]) -> Any:
    """Return the window's start as the database's type; None where it has none."""
    if not cursors.is_time(column):
        return start if isinstance(kind, sa.Integer | sa.Numeric) else None
    value = cursors.from_microseconds(start)
    if isinstance(kind, sa.DateTime):
        aware = value if kind.timezone else value.replace(tzinfo=None)
        return sa.literal(aware, kind)
    return sa.literal(value.date(), kind) if isinstance(kind, sa.Date) else None


def _sqlite_condition(
    field: sa.ColumnClause[Any], start: int
) -> sa.ColumnElement[bool]:
    """Return a filter for times as text, in any ISO 8601 form and any offset.

    Text compares from the left, so that a day's margin covers the offsets. What does
    not look like a date passes: it is judged where it is typed.
    """
    day = (cursors.from_microseconds(start) - dt.timedelta(days=1)).date().isoformat()
    return sa.or_(
        field >= day,
        sa.func.typeof(field) != "text",
        sa.not_(field.op("glob")("[0-9][0-9][0-9][0-9]-[0-9][0-9]-[0-9][0-9]*")),
    )


def _extras(
    columns: list[Sequence[object]], names: list[str]
) -> list[str | None] | None:
    if not names:
        return None
    rests = (
        {
            name: value
            for name, value in zip(names, row, strict=True)
            if value is not None
        }
        for row in zip(*columns, strict=True)
    )
    return [canonical_json(rest) if rest else None for rest in rests]


def _tolerate_broken_text(connection: Any, record: object) -> None:
    connection.text_factory = lambda raw: raw.decode("utf-8", "replace")


def _kind(error: SQLAlchemyError) -> type[SourceError]:
    if getattr(error, "connection_invalidated", False):
        return ConnectionLostError
    text = str(getattr(error, "orig", None) or error).lower()
    signs = ("connect", "unable to open", "password", "timeout")
    return UnreachableError if any(sign in text for sign in signs) else SourceError
