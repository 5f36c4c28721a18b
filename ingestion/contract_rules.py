"""What must hold in a contract beyond the shape of its keys."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping

import pyarrow as pa

from ingestion import contract as c
from ingestion.contract_sources import FilesSource
from ingestion.datatypes import type_name
from ingestion.internal import INTERNAL_TABLES

Finding = tuple[tuple[str | int, ...], str]

REJECTED_COLUMNS = {
    "table_name": pa.string(),
    "source_record_id": pa.string(),
    "reason": pa.string(),
    "payload": pa.string(),
    **{name: kind for name, kind in c.TECHNICAL.items() if name != c.EXTRA},
}
FILES_COLUMNS = {
    "table_name": pa.string(),
    "file_path": pa.string(),
    "file_size": pa.int64(),
    "modified_at": pa.timestamp("us", tz="UTC"),
    "content_digest": pa.string(),
    **{name: kind for name, kind in c.TECHNICAL.items() if name != c.EXTRA},
}
_NEEDED = {
    "rest": ["endpoint"],
    "hubspot": ["object"],
    "sql": ["table"],
    "files": ["file_glob", "format"],
}
_ALLOWED = {
    "rest": {"endpoint", "data_selector", "paginator", "params"},
    "hubspot": {"object", "associations"},
    "sql": {"table"},
    "files": {"file_glob", "format", "encoding", "csv"},
}
_SETTINGS = ("config", "meta", "ingestion")


def check_source(source: c.Source) -> Iterator[Finding]:
    """Yield what is wrong with a source, and where in it."""
    names = Counter(table.name for table in source.tables)
    if c.REJECTED not in names and not source.is_internal:
        yield ("tables",), f"source '{source.name}' has no table {c.REJECTED}"
    if _is_files(source) and c.FILES not in names:
        yield ("tables",), f"source '{source.name}' has no table {c.FILES}"
    for index, table in enumerate(source.tables):
        place = ("tables", index)
        if names[table.name] > 1:
            yield place, f"table '{table.name}' stands twice"
        for inner, text in _check_table(source, table):
            yield (*place, *inner), f"table '{table.name}': {text}"


def _check_table(source: c.Source, table: c.Table) -> Iterator[Finding]:
    yield from _check_names(table)
    path = table.config.meta.delta_table_path
    if path is None or not path.endswith(f"/{source.folder}/{table.name}"):
        where = f"<lake>/{source.folder}/{table.name}"
        yield (
            ("config", "meta", "delta_table_path"),
            f"delta_table_path must be {where}, where ingestion lands it",
        )
    if table.name == c.REJECTED:
        yield from _check_types(table, REJECTED_COLUMNS)
    elif table.name == c.FILES and _is_files(source):
        yield from _check_types(table, FILES_COLUMNS)
    elif source.is_internal:
        columns = INTERNAL_TABLES.get((source.name, table.name))
        if columns is None:
            yield (), "the platform keeps no such table"
        else:
            yield from _check_types(table, columns)
    elif table.is_loaded:
        yield from _check_types(table, c.TECHNICAL)
        yield from _check_kind(source.settings.kind, table)
        yield from _check_files(source, table)
        yield from _check_keys(source, table)
    else:
        yield (), f"{'.'.join(_SETTINGS)} is missing"


def _check_names(table: c.Table) -> Iterator[Finding]:
    if not table.columns:
        yield (), "has no columns"
    names = Counter(column.name for column in table.columns)
    for index, column in enumerate(table.columns):
        if names[column.name] > 1:
            yield ("columns", index), f"column '{column.name}' stands twice"


def _check_types(
    table: c.Table, wanted: Mapping[str, pa.DataType]
) -> Iterator[Finding]:
    found = {column.name: column for column in table.columns}
    for name, kind in wanted.items():
        if name not in found:
            yield ("columns",), f"column '{name}' ({type_name(kind)}) is missing"
        elif found[name].type != kind:
            index = table.columns.index(found[name])
            yield ("columns", index), f"column '{name}' must be {type_name(kind)}"


def _check_kind(kind: str, table: c.Table) -> Iterator[Finding]:
    given = table.settings.model_fields_set
    for key in _NEEDED[kind]:
        if key not in given:
            yield _SETTINGS, f"key '{key}' is missing"
    foreign = set().union(*_ALLOWED.values()) - _ALLOWED[kind]
    for key in sorted(given & foreign):
        yield (*_SETTINGS, key), f"key '{key}' means nothing to kind '{kind}'"


def _is_files(source: c.Source) -> bool:
    return isinstance(source.config.meta.ingestion, FilesSource)


def _check_files(source: c.Source, table: c.Table) -> Iterator[Finding]:
    """Yield what a folder of files has no use for."""
    settings = table.settings
    if not _is_files(source):
        return
    pattern = settings.file_glob or ""
    if pattern.startswith("/") or "\\" in pattern or ".." in pattern.split("/"):
        yield (
            (*_SETTINGS, "file_glob"),
            f"file_glob '{pattern}' must be a path below the source's folder, with /",
        )
    for key in ("csv", "encoding"):
        kinds = ("csv",) if key == "csv" else ("csv", "jsonl")
        if key in settings.model_fields_set and settings.format not in kinds:
            text = f"key '{key}' means nothing to format '{settings.format}'"
            yield (*_SETTINGS, key), text
    if settings.incremental is not None:
        for key in sorted(settings.incremental.model_fields_set - {"cursor_path"}):
            text = f"key '{key}' means nothing to kind 'files'"
            yield (*_SETTINGS, "incremental", key), text


def _check_keys(source: c.Source, table: c.Table) -> Iterator[Finding]:
    settings = table.settings
    names = {column.name for column in table.content}
    for key in settings.primary_key:
        if key not in names:
            yield (*_SETTINGS, "primary_key"), f"primary_key '{key}' is no column"
    if settings.load_mode == "full":
        return
    if settings.incremental is None:
        if _is_files(source):
            return
        yield _SETTINGS, "key 'incremental' is missing (or set load_mode: full)"
        return
    place = (*_SETTINGS, "incremental", "cursor_path")
    cursor = table.cursor
    if cursor is None:
        path = settings.incremental.cursor_path
        yield place, f"cursor_path '{path}' is no column"
    elif cursor.data_type not in ("timestamp", "date", "int", "bigint"):
        yield (
            place,
            f"cursor_path '{cursor.name}' must be a timestamp, date, int or bigint",
        )
