"""Parquet, JSON lines and CSV: from a local file to batches of raw records.

All of them are streamed. What is wrong with a file as a whole is found by `check`,
before the first record is taken; a broken line is a broken record.
"""

from __future__ import annotations

import csv
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any, TextIO

import pyarrow as pa
import pyarrow.parquet as pq

from ingestion.contract import CsvOptions, Table
from ingestion.file_store import IncompleteError
from ingestion.json_text import parse_json
from ingestion.records import RecordShape, column_source, unknown_columns
from ingestion.typed import RawBatch
from ingestion.values import canonical_json

BATCH_ROWS = 10_000
BATCH_BYTES = 16 << 20
LONGEST_LINE = 64 << 20


class UnusableError(Exception):
    """A file cannot be read as the contract says."""


@dataclass(frozen=True)
class _Line:
    """A line, or a record over several, as values; or what is wrong with it."""

    number: int
    values: Any
    text: str
    broken: str | None = None


class RecordFile:
    """A file on the local disk, with the name under which it is known."""

    def __init__(self, path: Path, name: str, table: Table) -> None:
        """Take what the contract says of it."""
        self._path = path
        self._name = name
        self._table = table
        self._format = table.settings.format
        self._csv = table.settings.csv or CsvOptions()

    def check(self) -> None:
        """Read the file once, without looking at the records.

        Raises:
            IncompleteError: It is cut off.
            UnusableError: It is no file of this format, or lacks a required column.
        """
        if self._format == "parquet":
            self._check_parquet()
        else:
            for line in self._lines():
                if line.broken == _OPEN_QUOTE:
                    raise IncompleteError(
                        f"ends within a quoted field that begins in line {line.number}"
                    )
        if self._format == "csv":
            self._check_names(self._csv_names())

    def batches(self) -> Iterator[RawBatch]:
        """Yield the records; a file that passed the check raises nothing."""
        if self._format == "parquet":
            yield from self._parquet_batches()
            return
        names = self._csv_names() if self._format == "csv" else None
        shape = RecordShape(self._table, is_hubspot=False)
        for lines in _chunks(self._lines(names)):
            yield self._csv_batch(lines, names) if names else self._json(lines, shape)

    # Lines.

    def _lines(self, names: list[str] | None = None) -> Iterator[_Line]:
        encoding = self._table.settings.encoding
        if encoding.lower().replace("_", "-") in ("utf-8", "utf8"):
            encoding = "utf-8-sig"
        newline = "" if self._format == "csv" else "\n"
        with self._path.open(
            encoding=encoding, errors="replace", newline=newline
        ) as text:
            if self._format == "csv":
                yield from self._csv_lines(_Lines(text), names)
            else:
                yield from _json_lines(_Lines(text))

    def _csv_lines(self, lines: _Lines, names: list[str] | None) -> Iterator[_Line]:
        csv.field_size_limit(LONGEST_LINE)
        reader = csv.reader(lines, delimiter=self._csv.delimiter, strict=True)
        is_header = self._csv.header and names is not None
        while True:
            lines.taken.clear()
            number = reader.line_num + 1
            broken = None
            values: list[str] = []
            try:
                values = next(reader)
            except StopIteration:
                return
            except csv.Error as error:
                broken = _csv_problem(error, number)
            if not (values or broken):
                continue
            if is_header:
                is_header = False
            else:
                if broken is None and names and len(values) != len(names):
                    broken = f"has {len(values)} fields instead of {len(names)}"
                yield _Line(number, values, "".join(lines.taken), broken)

    def _csv_names(self) -> list[str]:
        if not self._csv.header:
            return [column.name for column in self._table.content]
        first = next(self._lines(), None)
        if first is not None and first.broken is not None:
            raise UnusableError(f"has a header that {first.broken}")
        return [] if first is None else [name.strip() for name in first.values]

    def _csv_batch(self, lines: list[_Line], names: list[str]) -> RawBatch:
        empty = [""] * len(names)
        # A field that is empty says the same as one that is not there.
        rows = [
            [value or None for value in (empty if line.broken else line.values)]
            for line in lines
        ]
        columns: list[list[Any]] = [list(part) for part in zip(*rows, strict=True)]
        return self._with_lines(self._flat(names, columns, len(rows)), lines)

    def _json(self, lines: list[_Line], shape: RecordShape) -> RawBatch:
        return self._with_lines(shape.batch([line.values for line in lines]), lines)

    def _with_lines(self, raw: RawBatch, lines: list[_Line]) -> RawBatch:
        """Say of broken records where they stand."""

        def payload(index: int) -> str:
            line = lines[index]
            if line.broken is None:
                record = parse_json(raw.payload(index))
            else:
                record = {"text": line.text.rstrip("\r\n")}
            return canonical_json({**record, "_file": self._name, "_line": line.number})

        broken = {
            index: line.broken
            for index, line in enumerate(lines)
            if line.broken is not None
        }
        return replace(raw, payload=payload, broken=broken)

    # Parquet.

    def _open_parquet(self) -> pq.ParquetFile:
        try:
            return pq.ParquetFile(
                self._path,
                pre_buffer=False,
                buffer_size=1 << 20,
                coerce_int96_timestamp_unit="us",
            )
        except (pa.ArrowException, OSError) as error:
            raise IncompleteError(
                f"has no Parquet footer that can be read ({type(error).__name__})"
            ) from None

    def _arrow_batches(self, file: pq.ParquetFile) -> Iterator[pa.RecordBatch]:
        size = sum(
            file.metadata.row_group(index).total_byte_size
            for index in range(file.metadata.num_row_groups)
        )
        width = size // max(1, file.metadata.num_rows) or 1
        rows = max(1, min(BATCH_ROWS, BATCH_BYTES // width))
        for batch in file.iter_batches(batch_size=rows):
            yield batch.cast(_for_python(batch.schema), safe=False)

    def _check_parquet(self) -> None:
        with self._open_parquet() as file:
            names = file.schema_arrow.names
            self._check_names(names)
            try:
                for _ in self._arrow_batches(file):
                    pass
            except (pa.ArrowException, OSError) as error:
                text = " ".join(str(error).split())[:100]
                raise UnusableError(f"cannot be read as Parquet: {text}") from None

    def _parquet_batches(self) -> Iterator[RawBatch]:
        first = 1
        with self._open_parquet() as file:
            for batch in self._arrow_batches(file):
                yield self._parquet_batch(batch, first)
                first += batch.num_rows

    def _parquet_batch(self, batch: pa.RecordBatch, first: int) -> RawBatch:
        names = batch.schema.names
        columns = [_values(column) for column in batch.columns]
        if self._has_nested(names):
            rows = zip(*columns, strict=True)
            shape = RecordShape(self._table, is_hubspot=False)
            raw = shape.batch([dict(zip(names, row, strict=True)) for row in rows])
        else:
            raw = self._flat(names, columns, batch.num_rows)

        def payload(index: int) -> str:
            values = (column[index] for column in columns)
            record = dict(zip(names, values, strict=True))
            return canonical_json(
                {**record, "_file": self._name, "_row": first + index}
            )

        return replace(raw, payload=payload)

    def _has_nested(self, names: Sequence[str]) -> bool:
        """Tell whether a column is read from within a structure."""
        paths = [path for column in self._table.content for path in column.paths]
        return any(path not in names and "." in path for path in paths)

    # Both.

    def _flat(self, names: list[str], columns: list[list[Any]], size: int) -> RawBatch:
        values = dict(zip(names, columns, strict=True))
        found = {}
        for column in self._table.content:
            source = column_source(column, names)
            if source is not None:
                found[column.name] = values[source]
        others = unknown_columns(self._table, names)
        extras = None
        if others:
            rests = (
                {
                    name: values[name][index]
                    for name in others
                    if values[name][index] is not None
                }
                for index in range(size)
            )
            extras = [canonical_json(rest) if rest else None for rest in rests]
        return RawBatch(
            size=size,
            columns=found,
            extras=extras,
            payload=lambda index: canonical_json(
                {name: values[name][index] for name in names}
            ),
        )

    def _check_names(self, names: list[str]) -> None:
        if not names:
            return
        twice = sorted({name for name in names if names.count(name) > 1})
        if twice:
            raise UnusableError(f"has the column '{twice[0]}' twice")
        keys = self._table.settings.primary_key
        for column in self._table.content:
            roots = {path.partition(".")[0] for path in column.paths}
            is_there = roots & set(names) or column_source(column, names)
            if (column.is_required or column.name in keys) and not is_there:
                raise UnusableError(f"has no column '{column.paths[0]}'")


class _Lines:
    """The lines of a text, and those that were taken since somebody cleared them."""

    def __init__(self, text: TextIO) -> None:
        self._text = text
        self.taken: list[str] = []
        self._count = 0

    def __iter__(self) -> _Lines:
        return self

    def __next__(self) -> str:
        line = self._text.readline(LONGEST_LINE)
        if not line:
            raise StopIteration
        self._count += 1
        if len(line) == LONGEST_LINE:
            raise UnusableError(f"has a line {self._count} of 64 MB or more")
        self.taken.append(line)
        return line


_OPEN_QUOTE = "has a quoted field without an end"


def _csv_problem(error: csv.Error, number: int) -> str:
    text = str(error)
    if "unexpected end" in text:
        return _OPEN_QUOTE
    if "field larger" in text:
        raise UnusableError(f"has a quoted field without an end in line {number}")
    return "has a quote in the wrong place"


def _json_lines(lines: _Lines) -> Iterator[_Line]:
    for number, line in enumerate(lines, start=1):
        lines.taken.clear()
        text = line.strip()
        if not text:
            continue
        try:
            record = parse_json(text)
        except ValueError:
            yield _Line(number, None, text, "is no JSON")
            continue
        is_object = isinstance(record, dict)
        yield _Line(number, record, text, None if is_object else "is no JSON object")


def _chunks(lines: Iterator[_Line]) -> Iterator[list[_Line]]:
    """Yield lines in batches that are neither too long nor too big."""
    chunk: list[_Line] = []
    size = 0
    for line in lines:
        chunk.append(line)
        size += len(line.text)
        if len(chunk) >= BATCH_ROWS or size >= BATCH_BYTES:
            yield chunk
            chunk, size = [], 0
    if chunk:
        yield chunk


def _values(column: pa.Array) -> list[Any]:
    """Return values of Python; those that it does not know, as text."""
    try:
        found: list[Any] = column.to_pylist()
    except (ValueError, OverflowError, pa.ArrowException):
        found = [_value(one) for one in column]
    return found


def _value(scalar: pa.Scalar) -> Any:
    try:
        return scalar.as_py()
    except (ValueError, OverflowError, pa.ArrowException):
        if isinstance(scalar, pa.ListScalar):
            return [_value(one) for one in scalar.values]
        if isinstance(scalar, pa.StructScalar):
            return {name: _value(one) for name, one in scalar.items()}
        return scalar.cast(pa.string()).as_py()


def _for_python(schema: pa.Schema) -> pa.Schema:
    """Return a schema whose values Python can hold: times in microseconds, in UTC."""
    return pa.schema([field.with_type(_python_type(field.type)) for field in schema])


def _python_type(kind: pa.DataType) -> pa.DataType:
    if pa.types.is_timestamp(kind):
        return pa.timestamp("us", None if kind.tz is None else "UTC")
    if pa.types.is_time(kind):
        return pa.time64("us")
    if pa.types.is_duration(kind):
        return pa.duration("us")
    if pa.types.is_struct(kind):
        return pa.struct(
            [part.with_type(_python_type(part.type)) for part in kind.fields]
        )
    if pa.types.is_list(kind) or pa.types.is_large_list(kind):
        inner = kind.value_field
        return pa.list_(inner.with_type(_python_type(inner.type)))
    return kind
